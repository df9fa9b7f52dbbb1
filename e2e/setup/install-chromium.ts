import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { chromiumPath, NO_CHROMIUM } from './chromium.ts'

/** A download that says nothing for so long has no network. */
const SILENT_MS = 60_000
const LONGEST_MS = 300_000

/** Before the tests: a browser for them, where the machine has none. Tests that need one skip, and say so, where none can be had. */
export default async function setup(): Promise<void> {
  if (process.env.WHIPPET_CHROMIUM || chromiumPath()) return
  const say = (line: string) => process.stderr.write(`${line}\n`)
  say('No Chromium for the tests: trying to install one. WHIPPET_CHROMIUM names one instead.')
  const trouble = await installChromium(say)
  if (trouble) say(`Tests in a browser are skipped: ${NO_CHROMIUM}. ${trouble}`)
}

/** Playwright's download, else the system's package where we may install it. @returns why there is still none. */
export async function installChromium(say: (line: string) => void): Promise<string | undefined> {
  const troubles: string[] = []
  for (const { title, commands } of ways()) {
    say(`  ${title} …`)
    const failed = await runAll(commands)
    const found = chromiumPath()
    if (!failed && found && (await starts(found))) return undefined
    troubles.push(`${title}: ${failed ?? 'what was installed does not start'}`)
  }
  return troubles.join('; ')
}

type Command = readonly string[]

function ways(): { title: string; commands: readonly Command[] }[] {
  const cli = fileURLToPath(new URL('../../node_modules/playwright-core/cli.js', import.meta.url))
  const download = {
    title: 'Playwright’s download',
    commands: [[process.execPath, cli, 'install', '--no-shell', 'chromium']],
  }
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return [download]
  const apt = ['apt-get', '-o', 'Acquire::Retries=0', '-o', 'Acquire::http::Timeout=15']
  const packaged = {
    title: 'the system’s package',
    commands: [
      [...apt, 'update'],
      [...apt, 'install', '-y', '--no-install-recommends', 'chromium'],
    ],
  }
  return [download, packaged]
}

async function runAll(commands: readonly Command[]): Promise<string | undefined> {
  for (const command of commands) {
    const failed = await runToEnd(command)
    if (failed) return failed
  }
  return undefined
}

/** Ends a command that has gone quiet, so that a machine without a network is not waited for. */
function runToEnd([program = '', ...args]: Command): Promise<string | undefined> {
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      DEBIAN_FRONTEND: 'noninteractive',
      PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '10000',
    },
  })
  return new Promise((resolve) => {
    const give = (up: string) => () => {
      child.kill('SIGKILL')
      resolve(up)
    }
    const latest = setTimeout(give('it took too long'), LONGEST_MS)
    const silent = setTimeout(give('the network does not answer'), SILENT_MS)
    const done = (trouble: string | undefined) => {
      clearTimeout(latest)
      clearTimeout(silent)
      resolve(trouble)
    }
    let said = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        silent.refresh()
        said = (said + text).slice(-2000)
      })
    }
    child.on('error', ({ message }) => done(message))
    child.on('close', (status) =>
      done(status === 0 ? undefined : (said.trim().split('\n').at(-1) ?? `status ${status}`)),
    )
  })
}

async function starts(executablePath: string): Promise<boolean> {
  try {
    await (await chromium.launch({ executablePath, args: ['--no-sandbox'] })).close()
    return true
  } catch {
    return false
  }
}
