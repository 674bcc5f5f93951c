#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Makes the database file and its folder, readable by nobody else, before SQLite opens it. SQLite gives the write-ahead
/// log and the shared-memory file the same rights.
enum SQLiteFile {
    static func prepare(_ path: String) throws(StoreError) {
        try makeFolder(SQLiteFile.folder(of: path))
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StoreError(systemCall: "open the database file") }
        close(descriptor)
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
        return String(path[..<slash])
    }

    /// Makes a folder and those above it that are missing.
    private static func makeFolder(_ path: String) throws(StoreError) {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, path != "/" else { throw StoreError(systemCall: "make the data folder") }
        try makeFolder(folder(of: path))
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw StoreError(systemCall: "make the data folder")
        }
    }
}

/// The right to use a database file, which one process has at a time: a lock on a file beside it.
///
/// SQLite itself would let several processes write to one file. It is refused all the same: what wakes watchers, and
/// what a server remembers of its sessions, is within one process. The kernel drops the lock when the process ends,
/// however it ends, so the file beside it may stay.
struct SQLiteFileLock: ~Copyable {
    private let descriptor: Int32

    /// Takes the lock; nil where another process, or another store of this one, has it.
    init?(_ path: String) throws(StoreError) {
        let opened = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard opened >= 0 else { throw StoreError(systemCall: "open the database's lock file") }
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            let isTaken = errno == EWOULDBLOCK
            let error = StoreError(systemCall: "lock the database")
            close(opened)
            guard isTaken else { throw error }
            return nil
        }
        descriptor = opened
    }

    deinit {
        close(descriptor)
    }
}

extension StoreError {
    /// Of a system call that has just failed.
    fileprivate init(systemCall what: String) {
        let reason = String(cString: strerror(errno))
        self.init(.failed, "can't \(what): \(reason)")
    }
}
