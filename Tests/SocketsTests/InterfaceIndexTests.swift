import Testing

@testable import Sockets

@Suite struct InterfaceIndexTests {
    @Test func `the loopback interface has an index`() {
        let names = ["lo", "lo0"]
        #expect(names.contains { interfaceIndex(named: $0) != nil })
    }

    @Test(arguments: ["", "no-such-interface", "lo\0x", String(repeating: "x", count: 300)])
    func `an unknown name has none`(name: String) {
        #expect(interfaceIndex(named: name) == nil)
    }
}
