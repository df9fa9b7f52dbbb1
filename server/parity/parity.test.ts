import { interpreterReader, onnxReader } from './engine-readers.ts'
import { describeGraphReader } from './parity.suite.ts'

describeGraphReader(interpreterReader, { rewritten: 0 })
describeGraphReader(onnxReader, { rewritten: 0 })
