'use client'

import { createContext, useContext } from 'react'

const Context = createContext('/api')

/** Where the pictures inside come from: the page of a shared run has a place of its own for those that it may show. */
export const PictureBase = Context.Provider

export const usePictureBase = (): string => useContext(Context)
