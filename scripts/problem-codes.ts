import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** `node scripts/problem-codes.ts` writes `docs/problems.md`: every code of a `Problem`, with what it says, out of the source. */

const root = fileURLToPath(new URL('..', import.meta.url))
const FOLDERS = ['lib', 'server', 'components', 'app']
const DOCUMENT = join(root, 'docs', 'problems.md')

const HEAD = `# Problems

Everything that Whippet refuses or fails at on purpose has a stable code. Scripts may rely on codes; sentences may change. \`…\` stands for
what depends on the case. This page is written by \`node scripts/problem-codes.ts\`.

| code | what it says | what to do |
| --- | --- | --- |
`

/** A placeholder of a template literal, with at most one literal or object inside. */
const FILLED_IN = String.raw`\$\{(?:[^{}\x60]|\x60[^\x60]*\x60|\{[^{}]*\})*\}`

type Said = { code: string; says: string; advice: string }

/** A string or template literal, with `…` for what is filled in, or nothing where the source computes it. */
function literal(text: string | undefined): string {
  if (text === undefined) return ''
  const body = text
    .slice(1, -1)
    .replaceAll(new RegExp(FILLED_IN, 'g'), '…')
    .replace(/\\(['"`])/g, '$1')
  return body.replaceAll('|', '\\|').replaceAll('\n', ' ')
}

const LITERAL = String.raw`(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\x60(?:[^\x60\\$]|\\.|${FILLED_IN}|\$)*\x60)`
const THROWN = /(?:new Problem|super)\(\s*'([a-z-]+\/[a-z0-9-]+)'(?:,\s*\{([\s\S]*?)\n?\s*\}\))?/g
const SAYS = new RegExp(`says:\\s*(${LITERAL})`)
const ADVICE = new RegExp(`advice:\\s*(${LITERAL})`)

export function problemsIn(source: string): Said[] {
  return [...source.matchAll(THROWN)].map(([, code = '', body = '']) => ({
    code,
    says: literal(SAYS.exec(body)?.[1]),
    advice: literal(ADVICE.exec(body)?.[1]),
  }))
}

/** The page as it should be. */
export function problemsPage(): string {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.tsx?$/.test(file) && !/\.(test|suite)\.ts$|testing/.test(file))
      .map((file) => join(root, folder, file)),
  )
  const found = new Map<string, Said>()
  for (const file of files.sort()) {
    for (const said of problemsIn(readFileSync(file, 'utf8'))) {
      const before = found.get(said.code)
      if (!before || before.says === '') found.set(said.code, said)
    }
  }
  const rows = [...found.values()]
    .sort((a, b) => (a.code < b.code ? -1 : 1))
    .map(({ code, says, advice }) => `| \`${code}\` | ${says || '…'} | ${advice} |`)
  return `${HEAD}${rows.join('\n')}\n`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(DOCUMENT, problemsPage())
