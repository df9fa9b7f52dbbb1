/** One node of a TensorFlow graph, as tfjs reads it from JSON: strings in base64, 64-bit integers as text. */
export type TopologyNode = {
  readonly name: string
  readonly op: string
  readonly input?: readonly string[]
  readonly attr: Readonly<Record<string, TopologyAttribute>>
}

type TopologyAttribute =
  | { readonly type: string }
  | { readonly s: string }
  | { readonly b: boolean }
  | { readonly i: string }
  | { readonly f: number }
  | { readonly shape: TopologyShape }
  | { readonly tensor: { readonly dtype: string; readonly tensorShape: TopologyShape } }
  | { readonly list: { readonly i?: readonly string[]; readonly s?: readonly string[] } }

type TopologyShape = { readonly dim: readonly { readonly size: string }[] }

export const float32Type = { type: 'DT_FLOAT' }
export const int32Type = { type: 'DT_INT32' }
export const text = (value: string): TopologyAttribute => ({ s: btoa(value) })
export const texts = (values: readonly string[]): TopologyAttribute => ({
  list: { s: values.map((value) => btoa(value)) },
})
export const integer = (value: number): TopologyAttribute => ({ i: String(value) })
export const integers = (values: readonly number[]): TopologyAttribute => ({
  list: { i: values.map(String) },
})

/** The node that stands for a weight of the manifest. */
export function constantNode(
  name: string,
  dtype: 'float32' | 'int32',
  shape: readonly number[],
): TopologyNode {
  const type = dtype === 'int32' ? int32Type : float32Type
  const tensor = { dtype: type.type, tensorShape: shapeOf(shape) }
  return { name, op: 'Const', attr: { dtype: type, value: { tensor } } }
}

/** The node through which pictures come in; −1 is a dimension that is known only at run time. */
export function placeholderNode(name: string, shape: readonly number[]): TopologyNode {
  return { name, op: 'Placeholder', attr: { dtype: float32Type, shape: { shape: shapeOf(shape) } } }
}

export function shapeOf(shape: readonly number[]): TopologyShape {
  return { dim: shape.map((size) => ({ size: String(size) })) }
}
