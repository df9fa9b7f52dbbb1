/** The few functions of libheif that we call; a failed call returns its error. */
declare module 'libheif-js/wasm-bundle.js' {
  export type Handle = { readonly __handle: unique symbol }
  export type Code = { readonly __code: unique symbol }
  export type Failed = { readonly code: Code; readonly message: string }
  export type Channel = { width: number; height: number; stride: number; data: Uint8Array }
  export type Decoded = {
    readonly image: Handle
    readonly channels: readonly Channel[]
    readonly code?: undefined
  }
  const libheif: {
    readonly ready?: Promise<unknown>
    readonly heif_error_code: { readonly heif_error_Ok: Code }
    readonly heif_colorspace: { readonly heif_colorspace_RGB: Code }
    readonly heif_chroma: { readonly heif_chroma_interleaved_RGBA: Code }
    heif_context_alloc(): Handle
    heif_context_free(context: Handle): void
    heif_context_read_from_memory(context: Handle, bytes: Uint8Array): Failed
    heif_js_context_get_primary_image_handle(
      context: Handle,
    ): (Handle & { readonly code?: undefined }) | Failed
    heif_image_handle_get_width(handle: Handle): number
    heif_image_handle_get_height(handle: Handle): number
    heif_image_handle_release(handle: Handle): void
    heif_js_decode_image2(handle: Handle, space: Code, chroma: Code): Promise<Decoded | Failed>
    heif_image_release(image: Handle): void
  }
  export default libheif
}
