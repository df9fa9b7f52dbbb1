import { describe, expect, test } from 'vitest'
import { detectDevices } from './detect.ts'
import { environmentOf } from './environment.ts'

const TWO_GPUS = async () => '0, NVIDIA H100 80GB HBM3\n1, NVIDIA H100 80GB HBM3\n'
const NO_GPU = () => Promise.reject(new Error('spawn nvidia-smi ENOENT'))
const ids = (devices: readonly { id: string }[]) => devices.map(({ id }) => id)

describe('devices of a machine', () => {
  test('without a GPU it is the processor, with all its cores', async () => {
    expect(await detectDevices({ wanted: '', cores: 8, listGpus: NO_GPU })).toMatchObject([
      { id: 'cpu', kind: 'cpu', index: 0, threads: 8, title: expect.stringMatching(/, 8 cores$/) },
    ])
  })

  test('GPUs are those that the driver lists, and divide the cores that feed them', async () => {
    expect(await detectDevices({ wanted: '', cores: 16, listGpus: TWO_GPUS })).toEqual([
      { id: 'cuda:0', kind: 'cuda', index: 0, threads: 8, title: 'NVIDIA H100 80GB HBM3' },
      { id: 'cuda:1', kind: 'cuda', index: 1, threads: 8, title: 'NVIDIA H100 80GB HBM3' },
    ])
  })

  test('GPUs that this process may not see are not there', async () => {
    expect(ids(await detectDevices({ wanted: '', cores: 16, listGpus: TWO_GPUS, visible: '1' }))).toEqual([
      'cuda:1',
    ])
    for (const none of ['', '-1']) {
      expect(ids(await detectDevices({ wanted: '', cores: 16, listGpus: TWO_GPUS, visible: none }))).toEqual([
        'cpu',
      ])
    }
  })

  test.each([
    ['cpu,cpu', 4, ['cpu:0', 'cpu:1'], 2],
    ['cpu, cpu ,cpu', 2, ['cpu:0', 'cpu:1', 'cpu:2'], 1],
    ['cpu', 4, ['cpu'], 4],
    ['cuda', 4, ['cuda:0', 'cuda:1'], 2],
    ['cuda:1', 4, ['cuda:1'], 4],
    ['cuda:1,cpu', 4, ['cuda:1', 'cpu'], 2],
  ])('WHIPPET_DEVICES=%s on %i cores', async (wanted, cores, expected, threads) => {
    const devices = await detectDevices({ wanted, cores, listGpus: TWO_GPUS })
    expect(ids(devices)).toEqual(expected)
    expect(devices.every((device) => device.threads === threads)).toBe(true)
  })

  test.each(['gpu', 'cuda:2', 'cpu,', 'cuda:0,cuda:0', 'cuda:0,cuda'])(
    'WHIPPET_DEVICES=%s is refused, and what there is is named',
    async (wanted) => {
      await expect(detectDevices({ wanted, cores: 2, listGpus: TWO_GPUS })).rejects.toMatchObject({
        code: 'devices/bad-setting',
        advice: expect.stringContaining('cpu, cuda:0, cuda:1'),
      })
    },
  )
})

describe('the environment of a process', () => {
  const cuda = (index: number) => ({ id: `cuda:${index}`, kind: 'cuda' as const, index, threads: 4 })

  test('shows its GPUs and no others, numbered as the driver numbers them', () => {
    expect(environmentOf([cuda(2), cuda(0)], { HOME: '/here' }, 8)).toEqual({
      HOME: '/here',
      CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
      CUDA_VISIBLE_DEVICES: '2,0',
      TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    })
  })

  test('on a part of the processor there is no GPU, and as many threads as the part has', () => {
    const env = environmentOf([{ id: 'cpu:1', kind: 'cpu', index: 1, threads: 2 }], {}, 4)
    expect(env).toMatchObject({
      CUDA_VISIBLE_DEVICES: '-1',
      OMP_NUM_THREADS: '2',
      TF_NUM_INTRAOP_THREADS: '2',
    })
  })
})
