import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import yazl from 'yazl'
import { requirementsIn } from './cuda.ts'
import { downloadWheel } from './download.ts'
import { linkBinding, readManifest } from './installation.ts'
import { checkGlibc, checkSpace, findPip } from './machine.ts'
import { WHEELS } from './recipe.ts'
import { setupTensorflow } from './setup.ts'
import { unpack } from './unpack.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'whippet-setup-'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true, force: true })
})

/** A program that stands in for another, in a folder of its own. */
async function program(name: string, script: string): Promise<string> {
  const file = join(folder, 'bin', name)
  await mkdir(join(folder, 'bin'), { recursive: true })
  await writeFile(file, `#!/bin/sh\n${script}\n`)
  await chmod(file, 0o755)
  return file
}

describe('what can be missing is said by name, with what to do', () => {
  test('pip', async () => {
    vi.stubEnv('PATH', join(folder, 'empty'))
    await expect(findPip()).rejects.toMatchObject({
      code: 'setup/pip',
      advice: expect.stringContaining('pip'),
    })
  })

  test('a compiler, before anything is fetched', async () => {
    await program('python3', 'exit 0')
    vi.stubEnv('PATH', join(folder, 'bin'))
    vi.stubEnv('CXX', '')
    await expect(setupTensorflow({ device: 'cpu', cache: join(folder, 'cache') })).rejects.toMatchObject({
      code: 'setup/compiler',
    })
  })

  test('room on the disk', async () => {
    await expect(checkSpace(folder, 1e18)).rejects.toMatchObject({
      code: 'setup/space',
      says: expect.stringContaining('GB free'),
    })
  })

  test('a C library that is new enough', () => {
    expect(() => checkGlibc('2.27')).not.toThrow()
    expect(() => checkGlibc('2.4')).toThrow(expect.objectContaining({ code: 'setup/glibc' }))
    expect(() => checkGlibc(undefined)).toThrow(expect.objectContaining({ code: 'setup/glibc' }))
  })

  test('the registry', async () => {
    const pip = await program('pip', 'echo "ERROR: No matching distribution found for x==1" >&2; exit 1')
    await expect(wheelBy(pip)).rejects.toMatchObject({
      code: 'setup/registry',
      says: expect.stringContaining('No matching distribution'),
    })
  })

  test('a wheel with another sha256', async () => {
    const pip = await program(
      'pip',
      'echo "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE." >&2; exit 1',
    )
    await expect(wheelBy(pip)).rejects.toMatchObject({ code: 'setup/damaged' })
  })

  function wheelBy(pip: string) {
    return downloadWheel({
      pip: [pip],
      requirement: 'x==1',
      folder: join(folder, 'wheels'),
      onBytes: () => {},
    })
  }
})

test('a failed set-up leaves nothing behind', async () => {
  await program('python3', 'case "$*" in *--version*) exit 0;; esac; echo ERROR: offline >&2; exit 1')
  await program('g++', 'exit 0')
  vi.stubEnv('PATH', `${join(folder, 'bin')}:/bin:/usr/bin`)
  const cache = join(folder, 'cache')
  await expect(setupTensorflow({ device: 'cpu', cache })).rejects.toMatchObject({ code: 'setup/registry' })
  expect(await readdir(cache)).toEqual([])
})

test('pip is told the platform and the sha256, so that it is the same wheel whatever Python asks', async () => {
  const said = join(folder, 'said')
  const pip = await program(
    'pip',
    `echo "$@" > ${said}; cat "${folder}/wheels/requirements.txt" >> ${said}; echo wheel > "${folder}/wheels/x-1.whl"`,
  )
  const { sha256 } = WHEELS.cpu
  const fetched = await downloadWheel({
    pip: [pip],
    requirement: 'x==1',
    folder: join(folder, 'wheels'),
    sha256,
    onBytes: () => {},
  })
  expect(fetched).toMatchObject({ name: 'x-1.whl', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) })
  const words = await readFile(said, 'utf8')
  expect(words).toContain('--require-hashes')
  expect(words).toContain('--platform=manylinux_2_27_x86_64')
  expect(words).toContain(`x==1 --hash=sha256:${sha256}`)
})

test('only what is wanted is taken out of a wheel, and a wheel that is none is said to be damaged', async () => {
  const wheel = join(folder, 'x.whl')
  await writeZip(wheel, { 'x/lib.so': 'library', 'x/other.py': 'python', '../out': 'escape' })
  expect(
    await unpack(wheel, folder, (entry) => (entry === 'x/lib.so' ? 'lib/lib.so' : undefined)).catch(
      (e) => e.code,
    ),
  ).toBe('setup/damaged')
  await writeZip(wheel, { 'x/lib.so': 'library', 'x/other.py': 'python' })
  expect(await unpack(wheel, folder, (entry) => (entry === 'x/lib.so' ? 'lib/lib.so' : undefined))).toEqual([
    'x/lib.so',
  ])
  await writeFile(wheel, 'no zip')
  await expect(unpack(wheel, folder, () => 'x')).rejects.toMatchObject({ code: 'setup/damaged' })
})

test("NVIDIA's libraries are those that TensorFlow's wheel asks for", () => {
  const metadata = [
    'Requires-Dist: numpy>=1.26.0',
    'Requires-Dist: nvidia-cublas-cu12<13.0,>=12.5.3.2; extra == "and-cuda"',
    'Requires-Dist: nvidia-nccl-cu12<3.0,>=2.27.7; extra == "and-cuda"',
  ].join('\n')
  expect(requirementsIn(metadata)).toEqual([
    'nvidia-cublas-cu12<13.0,>=12.5.3.2',
    'nvidia-nccl-cu12<3.0,>=2.27.7',
  ])
})

test('where nothing is set up, that is said with the command that does it', () => {
  expect(readManifest(folder)).toBeUndefined()
  const linked = linkBinding(folder)
  if (!linked.linked) expect(linked.why).toContain('whippet setup tensorflow')
  else expect(linked.device).toBe('prebuilt')
})

async function writeZip(file: string, entries: Record<string, string>): Promise<void> {
  const zip = new yazl.ZipFile()
  for (const [name, text] of Object.entries(entries)) {
    // yazl refuses names that leave the archive; such a wheel is made by changing the bytes.
    zip.addBuffer(Buffer.from(text), name.replace('..', 'aa'))
  }
  zip.end()
  const parts: Buffer[] = []
  for await (const part of zip.outputStream) parts.push(part as Buffer)
  const bytes = Buffer.concat(parts)
  for (let at = bytes.indexOf('aa/out'); at >= 0; at = bytes.indexOf('aa/out', at + 1)) bytes.write('..', at)
  await writeFile(file, bytes)
}
