import { PageHead } from '../components/ui/page-head.tsx'

export default function Home() {
  return <PageHead title="Home" />
}
