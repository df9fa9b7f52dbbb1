import 'react'

declare module 'react' {
  interface InputHTMLAttributes<T> {
    /** Lets a file input choose a folder. */
    webkitdirectory?: string
  }
}
