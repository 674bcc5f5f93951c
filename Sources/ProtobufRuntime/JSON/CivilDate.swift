/// A day of the proleptic Gregorian calendar, the one of RFC 3339, and its number counted from 1970-01-01.
struct CivilDate {
    var year: Int
    var month: Int
    var day: Int

    /// Years are counted from March here, so that the leap day is the last of its year; 400 of them have 146,097 days.
    private static let daysPer400Years = 146_097
    /// From 0000-03-01 to 1970-01-01.
    private static let daysToEpoch = 719_468

    init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// - Parameter daysSinceEpoch: from -719,468 (0000-03-01) on.
    init(daysSinceEpoch: Int) {
        let days = daysSinceEpoch + Self.daysToEpoch
        let era = days / Self.daysPer400Years
        let dayOfEra = days % Self.daysPer400Years
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - Self.daysBefore(yearOfEra)
        // March to January have 153 days in each five months.
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - Self.daysBefore(monthFromMarch: monthFromMarch) + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
    }

    /// Negative before 1970.
    var daysSinceEpoch: Int {
        let yearFromMarch = month <= 2 ? year - 1 : year
        let era = yearFromMarch / 400
        let dayOfYear = Self.daysBefore(monthFromMarch: (month + 9) % 12) + day - 1
        return era * Self.daysPer400Years + Self.daysBefore(yearFromMarch % 400) + dayOfYear - Self.daysToEpoch
    }

    /// Whether there is such a day, in the years 1 to 9999.
    var isValid: Bool {
        guard (1...9_999).contains(year), (1...12).contains(month), day >= 1 else { return false }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return day <= lengths[month - 1]
    }

    private static func daysBefore(_ yearOfEra: Int) -> Int {
        yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100
    }

    private static func daysBefore(monthFromMarch: Int) -> Int {
        (153 * monthFromMarch + 2) / 5
    }
}
