/** The running whippet. */
export function WhippetMark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 18 18" className={className} aria-hidden="true">
      <path d="M1 11c4-7 9-7 16-7-3 2-5 3-6 6l2 5-5-4-7 3z" fill="currentColor" />
    </svg>
  )
}
