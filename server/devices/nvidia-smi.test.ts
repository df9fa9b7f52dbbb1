import { expect, test } from 'vitest'
import { gpuUses } from './nvidia-smi.ts'

test('several GPUs, each with its utilisation, memory and temperature', () => {
  const listed = '0, 97, 71426, 81559, 64\n1, 0, 4, 81559, 31\n'
  expect(gpuUses(listed)).toEqual([
    {
      id: 'cuda:0',
      utilisation: 0.97,
      memory: { usedBytes: 71426 * 2 ** 20, totalBytes: 81559 * 2 ** 20 },
      temperature: 64,
    },
    {
      id: 'cuda:1',
      utilisation: 0,
      memory: { usedBytes: 4 * 2 ** 20, totalBytes: 81559 * 2 ** 20 },
      temperature: 31,
    },
  ])
})

test('what the driver does not tell is left out: under MIG, on old cards, after a fault', () => {
  expect(gpuUses('0, [N/A], 13, 40960, 28')).toEqual([
    { id: 'cuda:0', memory: { usedBytes: 13 * 2 ** 20, totalBytes: 40960 * 2 ** 20 }, temperature: 28 },
  ])
  expect(gpuUses('0, [Not Supported], [Not Supported], [Not Supported], 45')).toEqual([
    { id: 'cuda:0', temperature: 45 },
  ])
  expect(gpuUses('3, [Unknown Error], [GPU requires reset], 24576, [N/A]')).toEqual([{ id: 'cuda:3' }])
  expect(gpuUses('0, N/A, N/A, N/A, N/A')).toEqual([{ id: 'cuda:0' }])
})

test('lines of MIG, warnings and nothing at all are no GPUs', () => {
  expect(
    gpuUses(
      [
        'GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-5d5ba0d6-d33d-2b2c-524d-9e3d8d2b8a77)',
        '  MIG 3g.20gb     Device  0: (UUID: MIG-c6d4f1ef-42e4-5de3-91c7-45d71c87eb3f)',
        'Warning: infoROM is corrupted at gpu 0000:3B:00.0',
        '0, 12 %, 512 MiB, 40960 MiB, 40',
        '',
      ].join('\n'),
    ),
  ).toEqual([
    {
      id: 'cuda:0',
      utilisation: 0.12,
      memory: { usedBytes: 512 * 2 ** 20, totalBytes: 40960 * 2 ** 20 },
      temperature: 40,
    },
  ])
  expect(gpuUses('NVIDIA-SMI has failed because it couldn’t communicate with the NVIDIA driver.')).toEqual([])
  expect(gpuUses('')).toEqual([])
})
