import { spawn } from 'node:child_process'
import { join } from 'node:path'

/** What `peer_torch.py` prints for its `cached` mode. */
export type PeerResult = { extract_img_s: number; train_total_s: number; top1: number; batch: number }

/** Runs the PyTorch peer; undefined, with the reason said, where Python, torch or timm is missing. */
export async function runPeer(
  shared: string,
  batch: number,
  say: (line: string) => void,
): Promise<PeerResult | undefined> {
  const script = join(shared, 'bench', 'peer_torch.py')
  const { status, stdout, stderr } = await collect('python3', [
    script,
    '--modes',
    'cached',
    '--batch',
    String(batch),
  ])
  if (status !== 0) {
    say(`no peer: python3 ended with status ${status}: ${stderr.trim().split('\n').at(-1) ?? ''}`)
    return undefined
  }
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as PeerResult
}

function collect(command: string, args: readonly string[]) {
  return new Promise<{ status: number; stdout: string; stderr: string }>((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk) => (stdout += chunk))
    child.stderr.on('data', (chunk) => (stderr += chunk))
    child.on('error', (error) => resolve({ status: -1, stdout, stderr: error.message }))
    child.on('close', (code) => resolve({ status: code ?? -1, stdout, stderr }))
  })
}
