/** A rectangle in pixels: the left and top edge, then the extent. */
export type Box = {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}
