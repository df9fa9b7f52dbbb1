/** What the tensorflow engine is made of: the libraries of a Python wheel under the Node package's binding. */

export type Device = 'cpu' | 'cuda'

export type Wheel = {
  /** Name and version, as pip writes them. */
  readonly requirement: string
  /** Of the file for CPython 3.12 on x86-64 Linux, as pip got it; pip refuses any other. */
  readonly sha256: string
  readonly downloadBytes: number
  /** Wheel, libraries before and after stripping, all at once. */
  readonly diskBytes: number
}

export const TENSORFLOW = '2.21.0'

export const WHEELS: Readonly<Record<Device, Wheel>> = {
  cpu: {
    requirement: `tensorflow-cpu==${TENSORFLOW}`,
    sha256: 'dcc8afd32930e42d5296b6ee19078b773706830af4ea97fbe503b9f5e0f820cb',
    downloadBytes: 274_000_871,
    diskBytes: 1.8e9,
  },
  // A CUDA 12.5 / cuDNN 9 build for compute capability 6.0 to 9.0; NVIDIA's libraries come in wheels of their own.
  cuda: {
    requirement: `tensorflow==${TENSORFLOW}`,
    sha256: 'b3b95643c4e70eb925839938fb35cbe142f317ec84af6844ee61513713bb13c0',
    downloadBytes: 572_611_111,
    diskBytes: 11e9,
  },
}

/** The wheel is always the same one, whichever Python asks for it: only its C++ libraries are used. */
export const WHEEL_PLATFORM = [
  '--only-binary=:all:',
  '--python-version=3.12',
  '--implementation=cp',
  '--abi=cp312',
  '--platform=manylinux_2_27_x86_64',
  // Some of NVIDIA's wheels bear only the older names; pip takes these two as they are, not what they include.
  '--platform=manylinux2014_x86_64',
] as const

/** The wheel's libraries need this much of the C library. */
export const GLIBC = '2.27'

export const LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'] as const

/** What the binding includes, and what that includes, under `tensorflow/include/` of the wheel. */
export const HEADERS = [
  'tensorflow/c/c_api.h',
  'tensorflow/c/c_api_macros.h',
  'tensorflow/c/eager/c_api.h',
  'tensorflow/c/tf_attrtype.h',
  'tensorflow/c/tf_buffer.h',
  'tensorflow/c/tf_datatype.h',
  'tensorflow/c/tf_status.h',
  'tensorflow/c/tf_tensor.h',
  'tensorflow/c/tf_tstring.h',
  'tensorflow/core/platform/ctstring.h',
  'tensorflow/core/platform/ctstring_internal.h',
  'tsl/platform/ctstring.h',
  'tsl/platform/ctstring_internal.h',
  'xla/tsl/c/tsl_status.h',
] as const
