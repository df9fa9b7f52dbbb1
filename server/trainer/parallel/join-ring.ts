import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { anyOf, type DeviceGroup } from '../../../lib/fine-tuning/parallel/device-group.ts'
import { channelOver } from './channel.ts'
import { ringGroup } from './ring-group.ts'

/** Where the processes of a ring find each other: a folder for their sockets that only this user may open. */
export type RingPlace = { readonly folder: string; remove(): Promise<void> }

export async function makeRingPlace(): Promise<RingPlace> {
  const folder = await mkdtemp(join(tmpdir(), 'whippet-ring-'))
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) }
}

function addressOf(folder: string, rank: number): string {
  const path = join(folder, `${rank}.sock`)
  return process.platform === 'win32' ? `\\\\.\\pipe\\${path.replaceAll(/[:\\/]/g, '-')}` : path
}

/** A process that can be reached by the one before it in the ring. */
export type Seat = {
  /** Closes the ring, once all its processes have a seat; resolves when it is closed everywhere. */
  join(): Promise<JoinedRing>
  close(): void
}

export type JoinedRing = { readonly group: DeviceGroup; close(): void }

/** Takes a process's place in a ring: it listens for the one before it. */
export async function takeSeat(
  folder: string,
  { rank, size }: Pick<DeviceGroup, 'rank' | 'size'>,
): Promise<Seat> {
  const server = createServer()
  const fromPrevious = new Promise<Socket>((resolve) => server.once('connection', resolve))
  await listening(server, addressOf(folder, rank))
  return {
    close: () => server.close(),
    async join() {
      const [previous, next] = await Promise.all([
        fromPrevious,
        connected(addressOf(folder, (rank + 1) % size)),
      ])
      server.close()
      const channels = { previous: channelOver(previous), next: channelOver(next) }
      const group = ringGroup({ rank, size, ...channels })
      await anyOf(group, false)
      return {
        group,
        close() {
          channels.previous.close()
          channels.next.close()
        },
      }
    },
  }
}

function listening(server: ReturnType<typeof createServer>, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(address, resolve)
  })
}

function connected(address: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(address)
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      resolve(socket)
    })
  })
}
