'use client'

import { RECIPES, type RecipeName } from '../../lib/recipes/recipes.ts'
import { Select } from '../ui/select.tsx'

const OWN = 'own'

/** Settings that go together, for people who don't want to choose. */
export function RecipeSelect({
  value,
  onChange,
}: {
  value: string | undefined
  onChange: (recipe: RecipeName) => void
}) {
  return (
    <Select
      label="Recipe"
      value={value ?? OWN}
      onChange={(name) => name !== OWN && onChange(name as RecipeName)}
      options={[
        { value: OWN, title: 'Own settings' },
        ...Object.entries(RECIPES).map(([name, { title }]) => ({ value: name, title })),
      ]}
      className="w-full"
    />
  )
}

/** What a recipe is, and what it wants of the dataset. */
export function recipeWords(name: string | undefined, validation: number): string {
  if (name === undefined || !(name in RECIPES)) return ''
  const recipe = RECIPES[name as RecipeName]
  const wants = 'nothingHeldOut' in recipe && validation > 0
  return wants
    ? `${recipe.about} It wants a dataset version with nothing held out for validation.`
    : recipe.about
}
