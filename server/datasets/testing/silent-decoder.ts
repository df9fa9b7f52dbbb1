/** A decoder that gets ready and then never says anything again, like one that a picture has caught in a loop. */
process.on('disconnect', () => process.exit(0))
process.on('message', ({ type, protocol }: { type: string; protocol: number }) => {
  if (type === 'open') process.send?.({ type: 'ready', protocol })
  if (type === 'close') process.exit(0)
})
