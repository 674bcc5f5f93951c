import NIOCore

/// Something that has to be over at an instant, and knows its own place in the queue.
protocol DeadlineHolder: AnyObject {
    var deadline: NIODeadline { get }
    /// Belongs to the queue; -1 outside of it.
    var deadlinePosition: Int { get set }
}

/// Deadlines, the earliest first: a binary heap whose elements know their places, so that a call that is over is taken
/// out at once. (A timer of the event loop for each call would cost a search through all of them.)
struct DeadlineQueue<Holder: DeadlineHolder> {
    private var heap: [Holder] = []

    /// The earliest deadline.
    var first: Holder? { heap.first }
    var count: Int { heap.count }

    mutating func insert(_ holder: Holder) {
        precondition(holder.deadlinePosition < 0, "a call is in the queue once")
        heap.append(holder)
        holder.deadlinePosition = heap.count - 1
        siftUp(heap.count - 1)
    }

    /// Takes it out; one that is not in the queue is left alone.
    mutating func remove(_ holder: Holder) {
        let place = holder.deadlinePosition
        guard place >= 0 else { return }
        holder.deadlinePosition = -1
        let last = heap.removeLast()
        guard last !== holder else { return }
        put(last, at: place)
        siftUp(place)
        siftDown(last.deadlinePosition)
    }

    private mutating func put(_ holder: Holder, at place: Int) {
        heap[place] = holder
        holder.deadlinePosition = place
    }

    private mutating func siftUp(_ start: Int) {
        var place = start
        while place > 0 {
            let parent = (place - 1) / 2
            guard heap[place].deadline < heap[parent].deadline else { return }
            exchange(place, parent)
            place = parent
        }
    }

    private mutating func siftDown(_ start: Int) {
        var place = start
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2]
            where child < heap.count && heap[child].deadline < heap[least].deadline {
                least = child
            }
            guard least != place else { return }
            exchange(place, least)
            place = least
        }
    }

    private mutating func exchange(_ a: Int, _ b: Int) {
        let holder = heap[a]
        put(heap[b], at: a)
        put(holder, at: b)
    }
}
