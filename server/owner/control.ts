import { chmod, rm } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { Problem } from '../../lib/problem.ts'
import { readLine } from './line.ts'
import {
  ANSWERS,
  type Answers,
  answerLineSchema,
  CONTROL_PROTOCOL,
  controlAddress,
  type OwnerRequest,
  requestLineSchema,
} from './protocol.ts'

/** What the owner does when it is asked; a Problem that is thrown here is thrown again where it was asked. */
export type ControlHandlers = {
  [T in OwnerRequest['type']]: (request: Extract<OwnerRequest, { type: T }>) => Promise<Answers[T]>
}

export type Control = { close(): Promise<void> }

const MAX_REQUEST_BYTES = 64 << 10
/** All pictures of a dataset, or a run's whole log. */
const MAX_ANSWER_BYTES = 1 << 30
const ANSWER_TIMEOUT_MS = 10_000

/**
 * Listens on the data folder's local socket, which only this user may open. The caller owns the folder (see
 * `claimDataFolder`), so a socket that is there already is a dead process's.
 */
export async function serveControl(dataDir: string, handlers: Partial<ControlHandlers>): Promise<Control> {
  const address = controlAddress(dataDir)
  const isFile = process.platform !== 'win32'
  if (isFile) await rm(address, { force: true })
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket))
    // Who asked may be gone before it has its answer.
    socket.on('error', () => undefined)
    void answer(socket, handlers)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(address, resolve)
  })
  if (isFile) await chmod(address, 0o600)
  return {
    close() {
      for (const socket of open) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

/**
 * Asks the owner of a data folder; `undefined` where nobody owns it.
 *
 * @throws Problem `owner/no-answer`, or what the owner says is wrong.
 */
export async function askOwner<T extends OwnerRequest['type']>(
  dataDir: string,
  request: Extract<OwnerRequest, { type: T }> & { type: T },
  timeoutMs = ANSWER_TIMEOUT_MS,
): Promise<Answers[T] | undefined> {
  const socket = await connected(controlAddress(dataDir))
  if (!socket) return undefined
  try {
    socket.write(`${JSON.stringify({ protocol: CONTROL_PROTOCOL, request })}\n`)
    const line = await readLine(socket, MAX_ANSWER_BYTES, timeoutMs)
    const message = answerLineSchema.parse(JSON.parse(line))
    if ('problem' in message) throw new Problem(message.problem.code, message.problem)
    return ANSWERS[request.type].parse(message.answer) as Answers[T]
  } catch (cause) {
    throw cause instanceof Problem ? cause : noAnswer(dataDir, cause)
  } finally {
    socket.destroy()
  }
}

async function answer(socket: Socket, handlers: Partial<ControlHandlers>): Promise<void> {
  const say = (message: object) =>
    socket.end(`${JSON.stringify({ protocol: CONTROL_PROTOCOL, ...message })}\n`)
  try {
    const request = requestIn(
      await readLine(socket, MAX_REQUEST_BYTES, ANSWER_TIMEOUT_MS).catch(misunderstood),
    )
    const handle = handlers[request.type] as ((request: OwnerRequest) => Promise<unknown>) | undefined
    if (!handle) throw noServer()
    say({ answer: await handle(request) })
  } catch (thrown) {
    say({ problem: Problem.from(thrown).summary() })
  }
}

function noServer(): Problem {
  return new Problem('owner/no-server', {
    says: `Another command (process ${process.pid}) is using the data folder, and it is no server.`,
    advice: 'Wait until it has ended, or stop it; "whippet serve" takes several commands at once.',
  })
}

function requestIn(line: string): OwnerRequest {
  try {
    return requestLineSchema.parse(JSON.parse(line)).request
  } catch (cause) {
    return misunderstood(cause)
  }
}

/** A connection, or undefined where nobody listens: no socket, or one that a killed process left behind. */
function connected(address: string): Promise<Socket | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(address)
    socket.once('connect', () => resolve(socket))
    // Stays for the socket's life; once it is connected, whoever reads from it hears of errors too.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') resolve(undefined)
      else reject(noAnswer(address, error))
    })
  })
}

function misunderstood(cause: unknown): never {
  throw new Problem('owner/misunderstood', {
    says: 'The process that owns the data folder does not understand this request.',
    advice: 'It may be another version of Whippet: end it and start it again.',
    cause,
  })
}

function noAnswer(where: string, cause: unknown): Problem {
  return new Problem('owner/no-answer', {
    says: `The process that owns ${where} did not answer: ${cause instanceof Error ? cause.message : String(cause)}.`,
    advice: 'If it hangs, end it; its runs can be started again.',
    cause,
  })
}
