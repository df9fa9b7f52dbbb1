import type { Socket } from 'node:net'

/** Reads up to the first line break, at most `maxBytes` and no longer than `timeoutMs`. */
export function readLine(socket: Socket, maxBytes: number, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    const timer = setTimeout(() => finish(() => reject(new Error('it took too long'))), timeoutMs)
    const onData = (chunk: Buffer) => {
      const end = chunk.indexOf(0x0a)
      chunks.push(end < 0 ? chunk : chunk.subarray(0, end))
      bytes += chunk.length
      if (end >= 0) finish(() => resolve(Buffer.concat(chunks).toString('utf8')))
      else if (bytes > maxBytes) finish(() => reject(new Error('the message is too long')))
    }
    const onClose = () => finish(() => reject(new Error('the connection was closed')))
    const onError = (error: Error) => finish(() => reject(error))
    const finish = (settle: () => void) => {
      clearTimeout(timer)
      socket.off('data', onData).off('close', onClose).off('error', onError)
      settle()
    }
    socket.on('data', onData).on('close', onClose).on('error', onError)
  })
}
