import { chmod, mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { describeUnless } from '../../../scripts/describe-unless.ts'
import { findPip } from './machine.ts'
import { HEADERS, LIBRARIES, TENSORFLOW, type Wheel } from './recipe.ts'
import { setupTensorflow } from './setup.ts'
import { type FakeWheel, fakeWheel, type PackageIndex, servePackages } from './testing/package-index.ts'

/** The set-up of the CUDA build with real pip, from an index on this machine with small wheels in the place of 3.4 GB. */

const pip = await findPip().catch(() => undefined)
const absent =
  process.platform !== 'linux' ? 'the set-up is for Linux' : pip ? undefined : 'there is no pip here'

describeUnless(absent, 'setting up the CUDA build', {}, () => {
  let folder: string
  let index: PackageIndex | undefined
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'whippet-cuda-'))
    await mkdir(join(folder, 'bin'))
    // In a compiler's place: writes the file that it was asked for.
    await writeFile(
      join(folder, 'bin', 'compiler'),
      '#!/bin/sh\nwhile [ $# -gt 0 ]; do [ "$1" = -o ] && echo binding > "$2"; shift; done\n',
    )
    await chmod(join(folder, 'bin', 'compiler'), 0o755)
    vi.stubEnv('CXX', join(folder, 'bin', 'compiler'))
    vi.stubEnv('PATH', [join(folder, 'bin'), process.env.PATH].join(delimiter))
    vi.stubEnv('PIP_NO_INDEX', '')
  })
  afterEach(async () => {
    index?.close()
    vi.unstubAllEnvs()
    await rm(folder, { recursive: true, force: true })
  })

  test('TensorFlow’s libraries and headers and NVIDIA’s libraries lie where they find each other', async () => {
    const { tensorflow, nvidia } = await wheels()
    await serve([tensorflow, ...nvidia])
    const lines: string[] = []
    const made = await setup(tensorflow, { onProgress: (line) => lines.push(line) })
    expect(made.fresh).toBe(true)
    const read = (path: string) => readFile(join(made.folder, path), 'utf8')
    for (const library of LIBRARIES) expect(await read(`lib/${library}`)).toBe(`library ${library}`)
    for (const header of HEADERS) expect(await read(`include/${header}`)).toBe('header')
    expect(await read('nvidia/cublas/lib/libcublas.so.12')).toBe('cublas')
    expect(await read('nvidia/cuda_nvcc/bin/ptxas')).toBe('ptxas')
    // Where TensorFlow looks for it.
    expect(await read('nvidia/cusparse/lib/libcusolver.so.11')).toBe('cusolver')
    expect(made).toMatchObject({
      manifest: {
        device: 'cuda',
        tensorflow: TENSORFLOW,
        wheels: Object.fromEntries([tensorflow, ...nvidia].map(({ file, sha256 }) => [file, sha256])),
      },
    })
    expect(await readlink(join(host().folder, 'lib', 'napi-v8'))).toBe(join(made.folder, 'napi-v8'))
    expect(lines).toContain(`unpacking NVIDIA's libraries, ${nvidia.length} of ${nvidia.length}`)
    expect(await readdir(join(folder, 'cache'))).toEqual([`tensorflow-${TENSORFLOW}-cuda`])

    index!.close()
    index!.asked.length = 0
    expect(await setup(tensorflow)).toMatchObject({ fresh: false })
    expect(index!.asked).toEqual([])
  })

  test('a library that is damaged since is fetched again', async () => {
    const { tensorflow, nvidia } = await wheels()
    await serve([tensorflow, ...nvidia])
    const made = await setup(tensorflow)
    await writeFile(join(made.folder, 'lib', LIBRARIES[0]), 'damaged')
    expect(await setup(tensorflow)).toMatchObject({ fresh: true })
    expect(await readFile(join(made.folder, 'lib', LIBRARIES[0]), 'utf8')).toBe(`library ${LIBRARIES[0]}`)
  })

  test('one of NVIDIA’s wheels that can’t be had is named, and nothing stays behind', async () => {
    const { tensorflow, nvidia } = await wheels()
    await serve([tensorflow, ...nvidia.filter(({ name }) => name !== 'nvidia-cusolver-cu12')])
    await expect(setup(tensorflow)).rejects.toMatchObject({
      code: 'setup/registry',
      says: expect.stringContaining('nvidia-cusolver-cu12'),
    })
    expect(await readdir(join(folder, 'cache'))).toEqual([])
  })

  test('a wheel with another sha256 than the recipe’s is refused by pip', async () => {
    const { tensorflow } = await wheels()
    await serve([tensorflow])
    await expect(setup({ ...tensorflow, sha256: '0'.repeat(64) })).rejects.toMatchObject({
      code: 'setup/damaged',
    })
    expect(await readdir(join(folder, 'cache'))).toEqual([])
  })

  test('without room for all of it nothing is fetched', async () => {
    const { tensorflow } = await wheels()
    await serve([tensorflow])
    await expect(setup(tensorflow, { diskBytes: 1e18 })).rejects.toMatchObject({ code: 'setup/space' })
    expect(index!.asked).toEqual([])
  })

  test('a binary that came with the package stays where it passes its self-test, and is set aside where not', async () => {
    const { tensorflow, nvidia } = await wheels()
    await serve([tensorflow, ...nvidia])
    const own = join(host().folder, 'lib', 'napi-v8')
    await mkdir(own, { recursive: true })
    await writeFile(join(own, 'tfjs_binding.node'), 'stock')
    expect(await setup(tensorflow, { stockPasses: true })).toMatchObject({ fresh: false, stock: true })
    expect(index!.asked).toEqual([])
    const made = await setup(tensorflow, { stockPasses: false })
    expect(await readlink(own)).toBe(join(made.folder, 'napi-v8'))
    expect(await readFile(join(`${own}.stock`, 'tfjs_binding.node'), 'utf8')).toBe('stock')
  })

  /** A package in the place of the one that the libraries serve. */
  function host() {
    return { folder: join(folder, 'host'), version: '4.22.0' }
  }

  async function serve(all: readonly FakeWheel[]): Promise<void> {
    index = await servePackages(all)
    vi.stubEnv('PIP_INDEX_URL', index.url)
    vi.stubEnv('PIP_EXTRA_INDEX_URL', '')
  }

  function setup(
    { sha256 }: Pick<FakeWheel, 'sha256'>,
    {
      diskBytes = 1e6,
      stockPasses = false,
      onProgress,
    }: { diskBytes?: number; stockPasses?: boolean; onProgress?: (line: string) => void } = {},
  ) {
    const wheel: Wheel = { requirement: `tensorflow==${TENSORFLOW}`, sha256, downloadBytes: 1e3, diskBytes }
    const cache = join(folder, 'cache')
    return setupTensorflow({
      device: 'cuda',
      cache,
      wheel,
      host: host(),
      stockPasses: async () => stockPasses,
      ...(onProgress && { onProgress }),
    })
  }
})

/** Named as the real ones are: some of NVIDIA's bear only the older names of Linux. */
async function wheels(): Promise<{ tensorflow: FakeWheel; nvidia: FakeWheel[] }> {
  const nvidia = await Promise.all([
    fakeWheel('nvidia-cublas-cu12', '12.9.3', {
      tags: 'py3-none-manylinux_2_27_x86_64',
      files: { 'nvidia/cublas/lib/libcublas.so.12': 'cublas', 'nvidia/cublas/include/cublas.h': 'unwanted' },
    }),
    fakeWheel('nvidia-cuda-nvcc-cu12', '12.9.86', {
      tags: 'py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64',
      files: { 'nvidia/cuda_nvcc/bin/ptxas': 'ptxas' },
    }),
    fakeWheel('nvidia-cusolver-cu12', '11.7.5', {
      tags: 'py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64',
      files: { 'nvidia/cusolver/lib/libcusolver.so.11': 'cusolver' },
    }),
  ])
  const tensorflow = await fakeWheel('tensorflow', TENSORFLOW, {
    tags: 'cp312-cp312-manylinux_2_27_x86_64',
    requires: [
      'numpy>=1.26.0',
      'nvidia-cublas-cu12<13.0,>=12.5.3.2; extra == "and-cuda"',
      'nvidia-cuda-nvcc-cu12<13.0,>=12.5.82; extra == "and-cuda"',
      'nvidia-cusolver-cu12<12.0,>=11.6.3.83; extra == "and-cuda"',
    ],
    files: {
      ...Object.fromEntries(LIBRARIES.map((library) => [`tensorflow/${library}`, `library ${library}`])),
      ...Object.fromEntries(HEADERS.map((header) => [`tensorflow/include/${header}`, 'header'])),
      'tensorflow/python/unwanted.py': 'unwanted',
    },
  })
  return { tensorflow, nvidia }
}
