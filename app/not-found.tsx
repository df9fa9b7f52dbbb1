import Link from 'next/link'
import { buttonLooks } from '../components/ui/button.tsx'

export default function NotFound() {
  return (
    <div className="mx-auto grid max-w-md justify-items-center gap-3 py-24 text-center">
      <h1>There is nothing here</h1>
      <p className="text-soft">The address leads to no page, or what was there is gone.</p>
      <Link href="/" className={buttonLooks()}>
        Home
      </Link>
    </div>
  )
}
