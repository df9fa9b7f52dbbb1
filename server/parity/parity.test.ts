import { interpreterReader, onnxReader } from './engine-readers.ts'
import { describeGraphReader } from './parity.suite.ts'

describeGraphReader(interpreterReader, { leastStages: 13 })
describeGraphReader(onnxReader, { leastStages: 13 })
