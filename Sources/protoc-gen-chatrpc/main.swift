// The protoc plugin: a CodeGeneratorRequest on standard input, a CodeGeneratorResponse on standard output.
import ChatRPCGenerator
import Foundation

let request = FileHandle.standardInput.readDataToEndOfFile()
let generator = Generator { try CGeneratorProcess.run([UInt8]($0)) }
FileHandle.standardOutput.write(Data(generator.respond(to: [UInt8](request))))
