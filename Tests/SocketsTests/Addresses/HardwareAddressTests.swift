import Testing

@testable import Sockets

@Suite struct HardwareAddressTests {
    @Test(arguments: [
        ("00:00:5e:00:53:01", "00:00:5e:00:53:01"), ("00-00-5e-00-53-01", "00:00:5e:00:53:01"),
        ("0000.5e00.5301", "00:00:5e:00:53:01"), ("aB:cd:EF:00:53:01", "ab:cd:ef:00:53:01"),
        ("02:00:5e:10:00:00:00:01", "02:00:5e:10:00:00:00:01"), ("02-00-5e-10-00-00-00-01", "02:00:5e:10:00:00:00:01"),
        ("0200.5e10.0000.0001", "02:00:5e:10:00:00:00:01"),
        (
            "00:00:00:00:fe:80:00:00:00:00:00:00:02:00:5e:10:00:00:00:01",
            "00:00:00:00:fe:80:00:00:00:00:00:00:02:00:5e:10:00:00:00:01"
        ),
        (
            "0000.0000.fe80.0000.0000.0000.0200.5e10.0000.0001",
            "00:00:00:00:fe:80:00:00:00:00:00:00:02:00:5e:10:00:00:00:01"
        ),
    ])
    func `three spellings are read and one is printed`(text: String, printed: String) throws {
        let address = try HardwareAddress(parsing: text)
        #expect(address.description == printed)
        #expect(HardwareAddress(printed) == address)
        let bytes = address.bytes
        let copy = HardwareAddress(bytes: bytes.span)
        #expect(copy == address)
        #expect(copy?.hashValue == address.hashValue)
    }

    @Test(arguments: [
        "", "01.02.03.04.05.06", "01:02:03:04:05:06:", "x1:02:03:04:05:06", "01002:03:04:05:06",
        "01:02003:04:05:06", "01:02:03004:05:06", "01:02:03:04005:06", "01:02:03:04:05006", "01-02:03:04:05:06",
        "01:02-03-04-05-06", "0123:4567:89AF", "0123-4567-89AF", "01:02:03:04:05", "01:02:03:04:05:0",
        "01:02:03:04:05:06:07", "0123.4567.89A", "0123.4567.", "0", ":", "01:02:03:04:05:06:07:08:09",
        String(repeating: "01:", count: 40) + "01",
    ])
    func `any other text is no hardware address`(text: String) {
        #expect(refusal(of: text, as: HardwareAddress.self) != nil)
    }

    @Test(arguments: [0, 5, 7, 19, 21])
    func `other counts of bytes are no hardware address`(count: Int) {
        let bytes = [UInt8](repeating: 1, count: count)
        let address = HardwareAddress(bytes: bytes.span)
        #expect(address == nil)
    }
}
