/// A queue: what was added first is taken first, in constant time. An array of which the front has been taken.
struct FIFO<Element> {
    private var elements: [Element?] = []
    private var taken = 0

    var isEmpty: Bool { taken == elements.count }
    var count: Int { elements.count - taken }
    var first: Element? { isEmpty ? nil : elements[taken] }

    mutating func append(_ element: Element) {
        elements.append(element)
    }

    mutating func popFirst() -> Element? {
        guard !isEmpty else { return nil }
        let element = elements[taken]
        elements[taken] = nil
        taken += 1
        if taken == elements.count {
            elements.removeAll(keepingCapacity: taken <= 4096)
            taken = 0
        } else if taken > 1024, taken > elements.count / 2 {
            elements.removeFirst(taken)
            taken = 0
        }
        return element
    }
}
