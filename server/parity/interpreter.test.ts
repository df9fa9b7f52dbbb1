import { interpreterReader } from './interpreter.ts'
import { describeGraphReader } from './parity.suite.ts'

describeGraphReader(interpreterReader, { leastStages: 13 })
