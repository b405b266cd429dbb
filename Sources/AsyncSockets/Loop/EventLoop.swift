internal import CSocketShim
public import Sockets
internal import Synchronization

/// A thread that waits for many sockets at once and runs the tasks they concern.
///
/// A task that prefers a loop runs in the loop's thread, so its operations cost no change of threads. `serve` lets the
/// tasks of connections do so; other tasks can, by `Task(executorPreference: loop)` or, in a group,
/// `addTask(executorPreference: loop)`, and those that do not are brought to the loop for the length of each operation.
/// (`withTaskExecutorPreference` does not move code that keeps its caller's isolation, as `nonisolated(nonsending)` says.)
/// What blocks the thread, such as long computation or a synchronous call that waits, holds up all its sockets.
///
/// A child of fork(2) has no loops: their threads and rings stay with the parent, and what is asked of them in the child never
/// answers. A child that goes on has to make loops of its own.
///
/// A loop lives until ``shutdown()``. C: epoll(7), io_uring(7), kqueue(2), poll(2)
@safe
public final class EventLoop: TaskExecutor, @unchecked Sendable {
    let engine: any Engine
    let slots: SlotTable
    let inbox = Inbox()
    let actor = LoopActor()
    private let hasEnded = Atomic<Bool>(false)
    /// For what threads still ask of the engine's memory once the loop has ended.
    let remains = SpinLock()
    private let isDraining = Atomic<Bool>(false)
    private let afterlife = Afterlife()

    // What follows belongs to the loop's thread.
    @exclusivity(unchecked)
    private var jobs = JobQueue()
    /// Those who let the others have their turn first.
    @exclusivity(unchecked)
    private var patient: [UnsafeContinuation<Void, Never>] = unsafe []
    @exclusivity(unchecked)
    var timers = TimerHeap()
    /// The bits of the task whose job runs, or ran last; of a served client's task, also while it begins inside of another's.
    @exclusivity(unchecked)
    var running = 0
    /// Operations that the running job may still make before others have their turn.
    @exclusivity(unchecked)
    var budget = 0
    /// When the last look at events began while there were timers.
    @exclusivity(unchecked)
    private var lookedAt = Int64.min
    @exclusivity(unchecked)
    var isEnding = false
    @exclusivity(unchecked)
    private var whenEnded: [@Sendable () -> Void] = []

    /// Operations that a task makes in one go, before others have their turn.
    private static let turn = 64

    /// Starts a loop on an engine; nil for the one that suits the system best, or that `SOCKETS_ENGINE` names.
    ///
    /// Throws: `invalidInput` for an engine that this system never has, with those it has; `notSupported`, `notImplemented` or
    /// `notPermitted` where io_uring is too old, missing or forbidden; `tooManyDescriptors`; what pthread_create(3) throws.
    public convenience init(engine: EngineKind? = nil) throws(SocketError) {
        try self.init { (table) throws(SocketError) in try makeEngine(engine, table) }
    }

    /// Starts a loop on an engine that is made on the loop's thread.
    package init(
        _ makeEngine: @escaping @Sendable (SlotTable) throws(SocketError) -> any Engine
    ) throws(SocketError) {
        let slots = SlotTable(), thread = try LoopThread(makeEngine)
        self.slots = slots
        engine = try thread.start(slots)
        actor.belong(to: self)
        thread.begin(self)
    }

    /// A loop on an engine that was made on this thread, which `run` is to be called on.
    init(_ engine: any Engine, _ slots: SlotTable) {
        self.slots = slots
        self.engine = engine
        actor.belong(to: self)
    }

    /// Which interface of the kernel it works with.
    public var engineKind: EngineKind { engine.kind }
    /// Sockets and timers it looks after, and those that somebody still owns when it has ended. From any thread.
    package var slotCount: Int { slots.count }

    /// Whether the caller runs in the loop's thread.
    public var isCurrent: Bool {
        @inline(__always)
        get { unsafe csock_thread_cell().pointee == UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque()) }
    }

    /// Whether the calling task runs in the loop's thread, and is there again after a wait.
    ///
    /// `Task.immediate` begins in whatever thread it is called, inside of another task's job, and goes on where it belongs.
    var runsCaller: Bool {
        @inline(__always)
        get { isCurrent && (unsafe running == TaskBits.ofCurrent || isPreferred) }
    }

    /// The same of a task that may be inside of an actor, of which ``isSteady`` tells.
    @inline(__always)
    func keepsCaller(_ isolation: (any Actor)?) -> Bool { runsCaller && isSteady(isolation) }

    /// Whether the calling task prefers this loop. An actor's jobs are not those of the tasks that they run.
    @inline(never)
    private var isPreferred: Bool {
        let me = unsafe asUnownedTaskExecutor()
        return unsafe withUnsafeCurrentTask { task in unsafe task?.unownedTaskExecutor == me }
    }

    /// The loop in whose thread the caller runs, if it runs in one.
    public static var current: EventLoop? {
        // A loop's thread holds the loop while it has it in its cell.
        guard let cell = unsafe csock_thread_cell().pointee else { return nil }
        return unsafe Unmanaged<EventLoop>.fromOpaque(cell).takeUnretainedValue()
    }

    /// Whether it was shut down.
    var isOver: Bool { hasEnded.load(ordering: .sequentiallyConsistent) }
}

/// Whether who is in a loop's thread, isolated so, is there again after a wait: outside of actors, and in those that have an
/// executor of their own.
///
/// Any other actor goes on in whatever thread is in it just then, for another of its callers, and not where its caller
/// prefers to be. A wait of such a caller, and what follows it, are made by the loop's own actor.
@inline(__always)
func isSteady(_ isolation: (any Actor)?) -> Bool {
    guard let isolation else { return true }
    return hasExecutor(isolation)
}

@inline(never)
private func hasExecutor(_ actor: any Actor) -> Bool {
    // An executor is two words, its identity and what implements it: nothing, for an actor by itself.
    unsafe unsafeBitCast(actor.unownedExecutor, to: (identity: Int, implementation: Int).self).implementation != 0
}

// MARK: - Jobs

extension EventLoop {
    /// Runs a job in the loop's thread; the Swift runtime calls this.
    public func enqueue(_ job: consuming ExecutorJob) {
        unsafe accept(JobQueue.Entry(job: UnownedJob(job), executor: nil))
    }

    /// The loop as the runtime wants it.
    public func asUnownedTaskExecutor() -> UnownedTaskExecutor { unsafe UnownedTaskExecutor(ordinary: self) }

    @inline(__always)
    func accept(_ entry: JobQueue.Entry) {
        if isCurrent { unsafe jobs.append(entry) } else { acceptFromElsewhere(entry) }
    }

    /// A task holds the executor that it prefers, and the runtime does not: once the job is in, its task may end, and let the
    /// last owner of the loop go on, before the loop has been told.
    private func acceptFromElsewhere(_ entry: JobQueue.Entry) {
        hold()
        tell(.job(entry))
        letGo()
    }

    // Apart, because the compiler leaves out a retain and a release that it sees together.
    @inline(never)
    private func hold() { _ = unsafe Unmanaged.passRetained(self) }
    @inline(never)
    private func letGo() { unsafe Unmanaged.passUnretained(self).release() }

    /// Tells the loop something from anywhere.
    func tell(_ message: Inbox.Message) {
        if inbox.send(message) { engine.wakeUp() }
        if isOver { runAbandoned() }
    }

    /// Jobs that come when the loop has ended run elsewhere; there is little else left to do by then. One thread at a time does
    /// it, also for those who come meanwhile.
    private func runAbandoned() {
        while !inbox.isEmpty, !isDraining.exchange(true, ordering: .sequentiallyConsistent) {
            drainAbandoned()
            // By an exchange, which sees what came with a vain one of another thread.
            _ = isDraining.exchange(false, ordering: .sequentiallyConsistent)
        }
    }

    private func drainAbandoned() {
        inbox.drain { message in
            switch message {
            case .job(let entry): afterlife.run(entry)
            case .call(let body): body()
            case .release(let slot): abandon(slot)
            case .takeBack(let note): remains.withLock { engine.takeBack(note.loan) }
            case .cancel, .attach: break
            }
        }
    }

    /// What was received ahead at a slot that nobody owns any more.
    func leftovers(_ slot: SlotReference) -> Leftovers {
        isOver ? remains.withLock { engine.leftovers(slot) } : engine.leftovers(slot)
    }

    /// Whether nobody waits for a turn.
    private var isIdle: Bool { unsafe jobs.count == 0 && patient.isEmpty }

    /// Suspends until the others had their turn. As `Task.yield`, which would allocate. In the loop's thread.
    func turn() async {
        unsafe await suspended { unsafe patient.append($0) }
    }

    private func beginTurn() {
        unsafe patient.forEach { unsafe $0.resume() }
        unsafe patient.removeAll(keepingCapacity: true)
    }

    private func runJobs(_ most: Int) {
        let me = unsafe asUnownedTaskExecutor()
        var left = most
        let isCrowded = slots.isCrowded
        while left > 0, let entry = unsafe jobs.next() {
            if isCrowded, let next = unsafe jobs.nextTask { unsafe csock_prefetch(next, SlotReference.taskSize) }
            unsafe budget = Self.turn
            unsafe running = unsafeBitCast(entry.job, to: Int.self)
            left -= 1
            if let executor = unsafe entry.executor {
                unsafe entry.job.runSynchronously(on: executor)
            } else {
                unsafe entry.job.runSynchronously(on: me)
            }
        }
    }
}

// MARK: - The thread

extension EventLoop {
    /// Runs until it is shut down.
    func run() {
        unsafe csock_thread_cell().pointee = UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque())
        while !isFinished {
            beginTurn()
            unsafe runJobs(max(jobs.count, 256))
            waitForEvents()
            if !inbox.isEmpty { readInbox() }
            fireTimers(upTo: nil)
        }
        hasEnded.store(true, ordering: .sequentiallyConsistent)
        unsafe csock_thread_cell().pointee = nil
        runAbandoned()
        for body in unsafe whenEnded { body() }
    }

    private var isFinished: Bool {
        guard unsafe isEnding, isIdle, inbox.isEmpty else { return false }
        return slots.allSatisfy { $0.slot.isQuiet }
    }

    /// What came in time counts, however late the loop looks at it: a limit ends a wait after a look at events that began behind
    /// the limit.
    private func waitForEvents() {
        guard unsafe timers.earliest != .max else { return engine.wait(patience(at: 0)) }
        let now = engine.now
        unsafe fireTimers(upTo: lookedAt)
        unsafe lookedAt = now
        engine.wait(patience(at: now))
    }

    /// How long there is nothing to do but wait.
    private func patience(at now: Int64) -> Int64 {
        if !isIdle { return 0 }
        if unsafe isEnding { return 1_000_000 }
        let earliest = unsafe timers.earliest
        if earliest == .max { return -1 }
        return earliest > now ? earliest - now : 0
    }

    private func readInbox() {
        inbox.drain { message in
            switch message {
            case .job(let entry): unsafe jobs.append(entry)
            case .call(let body): body()
            case .release(let slot): release(slot)
            case .takeBack(let note): engine.takeBack(note.loan)
            case .attach(let slot, let generation):
                guard slot.slot.generation == generation else { return }
                if slot.slot.state.contains(.unattached) { _ = attach(slot) }
                if unsafe isEnding { close(slot) }
            case .cancel(let slot, let generation, let direction, let sequence):
                guard slot.slot.generation == generation, slot[direction].sequence == sequence else { return }
                slot.interrupt(direction, .cancelled)
            }
        }
    }
}

// MARK: - Time

extension EventLoop {
    /// Has the slot looked at by this time.
    func schedule(_ slot: SlotReference, at time: Int64) { unsafe timers.schedule(slot, at: time) }

    /// Wakes all whose time is up. Slots that got more time since they were scheduled are put off.
    private func fireTimers(upTo time: Int64?) {
        guard unsafe timers.earliest != .max else { return }
        let now = time ?? engine.now
        while unsafe timers.earliest <= now, let slot = unsafe timers.first {
            if slot.slot.end <= now { slot.expire() }
            if slot.slot.read.deadline <= now { slot.interrupt(.read, .timedOut) }
            if slot.slot.write.deadline <= now { slot.interrupt(.write, .timedOut) }
            let next = min(slot.slot.read.deadline, slot.slot.write.deadline, slot.slot.end)
            if next == .max { unsafe timers.remove(slot) } else { unsafe timers.postpone(slot, to: next) }
        }
    }
}

extension EventLoop {
    /// Suspends the task for a time, on the loop's clock. Throws: `cancelled`; `closed` when the loop is shut down.
    /// C: nanosleep(2), without a thread that waits
    public func sleep(within limit: TimeLimit) async throws(SocketError) {
        guard keepsCaller(#isolation) else { return try await actor.sleep(self, limit) }
        try await pause(limit)
    }

    /// As `sleep`, on the loop's thread.
    func pause(_ limit: TimeLimit) async throws(SocketError) {
        let timer = try open(-1, [])
        defer { release(timer) }
        do throws(SocketError) {
            _ = try await timer.afterAttempt(timer.pending(.read), .read, limit, .poll)
        } catch { if error.code != .timedOut { throw error } }
    }
}

// MARK: - The end

extension EventLoop {
    /// Ends all operations with `closed` and then the thread. Sockets that have an owner stay open until it lets them go, and
    /// answer `closed`; tasks that prefer this loop run elsewhere. Cancelling the task does not end the wait for it.
    public func shutdown() async {
        if isOver { return }
        unsafe await suspended { continuation in
            let end: @Sendable () -> Void = { unsafe continuation.resume() }
            tell(.call { [unowned self] in self.beginEnding(end) })
        }
    }

    /// As `shutdown`, and waits for nothing.
    func endSoon() { tell(.call { [unowned self] in self.beginEnding {} }) }

    private func beginEnding(_ end: @escaping @Sendable () -> Void) {
        if isOver { return end() }
        unsafe whenEnded.append(end)
        unsafe isEnding = true
        slots.forEach { close($0) }
    }
}
