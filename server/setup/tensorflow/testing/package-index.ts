import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import yazl from 'yazl'

export type FakeWheel = {
  readonly name: string
  readonly file: string
  readonly bytes: Buffer
  readonly sha256: string
}

/** A wheel with these files and this metadata, named for Linux like TensorFlow's and NVIDIA's. */
export async function fakeWheel(
  name: string,
  version: string,
  {
    tags,
    files,
    requires = [],
  }: { tags: string; files: Record<string, string>; requires?: readonly string[] },
): Promise<FakeWheel> {
  const label = name.replaceAll('-', '_')
  const info = `${label}-${version}.dist-info`
  const metadata = ['Metadata-Version: 2.1', `Name: ${name}`, `Version: ${version}`]
  const zip = new yazl.ZipFile()
  const all = {
    ...files,
    [`${info}/METADATA`]: [...metadata, ...requires.map((line) => `Requires-Dist: ${line}`), ''].join('\n'),
    [`${info}/WHEEL`]: 'Wheel-Version: 1.0\nRoot-Is-Purelib: false\n',
  }
  for (const [path, text] of Object.entries(all)) zip.addBuffer(Buffer.from(text), path)
  zip.end()
  const parts: Buffer[] = []
  for await (const part of zip.outputStream) parts.push(part as Buffer)
  const bytes = Buffer.concat(parts)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { name, file: `${label}-${version}-${tags}.whl`, bytes, sha256 }
}

export type PackageIndex = {
  /** For `PIP_INDEX_URL`. */
  readonly url: string
  /** Paths that were asked for. */
  readonly asked: string[]
  close(): void
}

/** A Python package index (PEP 503) on this machine with these wheels. */
export async function servePackages(wheels: readonly FakeWheel[]): Promise<PackageIndex> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    const [, kind, name] = path.split('/')
    const file = wheels.find((wheel) => kind === 'files' && wheel.file === name)
    const project = wheels.filter((wheel) => kind === 'simple' && wheel.name === name)
    if (file) return response.end(file.bytes)
    if (project.length === 0) return response.writeHead(404).end()
    const links = project.map(
      (wheel) => `<a href="/files/${wheel.file}#sha256=${wheel.sha256}">${wheel.file}</a>`,
    )
    response
      .setHeader('content-type', 'text/html')
      .end(`<!DOCTYPE html><html><body>${links.join('')}</body></html>`)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/simple/`, asked, close: () => void server.close() }
}
