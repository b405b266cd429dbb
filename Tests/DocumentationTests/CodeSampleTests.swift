import Foundation
import TestSupport
import Testing

@Suite(.ownThread, .timeLimit(.minutes(3))) struct CodeSampleTests {
    @Test func `the Swift samples compile`() throws {
        let samples = try CodeSample.all().filter { $0.language == "swift" && !$0.words.contains("manifest") }
        #expect(samples.count >= 10)
        let folder = try TemporaryFolder()
        let files = try samples.enumerated().map { (index, sample) in
            let path = folder.file("Sample\(index).swift")
            try sample.source(index).write(toFile: path, atomically: false, encoding: .utf8)
            return path
        }
        let (status, output) = try Repository.run(
            try #require(Repository.tool("swiftc")),
            [
                "-typecheck", "-swift-version", "6", "-module-name", "Samples", "-parse-as-library",
                "-I", "\(try Repository.products())/Modules",
            ] + Repository.shimFlags + files)
        #expect(status == 0, "\(output)")
    }

    @Test func `the manifest samples compile`() throws {
        let samples = try CodeSample.all().filter { $0.words.contains("manifest") }
        let compiler = try #require(Repository.tool("swiftc"))
        let (_, info) = try Repository.run(compiler, ["-print-target-info"])
        let resources = try #require(info.firstMatch(of: #/"runtimeResourcePath": "([^"]+)"/#)).1
        let folder = try TemporaryFolder()
        for (index, sample) in samples.enumerated() {
            let path = folder.file("Package\(index).swift")
            try sample.source(index).write(toFile: path, atomically: false, encoding: .utf8)
            let (status, output) = try Repository.run(
                compiler,
                ["-typecheck", "-I", "\(resources)/pm/ManifestAPI", "-package-description-version", "6.3.0", path])
            #expect(status == 0, "\(output)")
        }
    }

    @Test(arguments: [("c", "gcc", ["-std=c11", "-x", "c"]), ("cpp", "g++", ["-std=c++17", "-x", "c++"])])
    func `the C and C++ samples compile`(_ language: String, _ compiler: String, _ flags: [String]) throws {
        guard let compiler = Repository.tool(compiler) else { try Test.cancel("\(compiler) is not installed") }
        let folder = try TemporaryFolder()
        for sample in try CodeSample.all() where sample.language == language {
            let path = folder.file("sample")
            let text = "#line \(sample.line + 1) \"\(sample.document)\"\n\(sample.text)\n"
            try text.write(toFile: path, atomically: false, encoding: .utf8)
            let (status, output) = try Repository.run(
                compiler, flags + ["-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-ICSocketShim/include", path])
            #expect(status == 0, "\(sample.place): \(output)")
        }
    }

    @Test(.enabled(if: Repository.tool("python3") != nil, "python3 is not installed"))
    func `the Python samples compile`() throws {
        let folder = try TemporaryFolder()
        for sample in try CodeSample.all() where sample.language == "python" {
            let path = folder.file("sample.py")
            try sample.text.write(toFile: path, atomically: false, encoding: .utf8)
            let (status, output) = try Repository.run(
                try #require(Repository.tool("python3")), ["-m", "py_compile", path])
            #expect(status == 0, "\(sample.place): \(output)")
        }
    }

    @Test func `samples that are files are those files`() throws {
        for sample in try CodeSample.all() {
            guard let file = sample.file else { continue }
            #expect(try Repository.text(file).trimming("\n") == sample.text.trimming("\n"), "\(sample.place): \(file)")
        }
    }

    @Test func `samples of compiled languages without a test of their own are files`() throws {
        for sample in try CodeSample.all() where ["rust", "go"].contains(sample.language) {
            #expect(sample.file != nil, "\(sample.place)")
        }
    }
}
