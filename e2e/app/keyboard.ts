import type { Page } from 'playwright-core'

/** More than any page has to pass. */
const MOST_TABS = 120

/** Presses Tab until the wanted element has the focus, and fails when it never gets it. */
export async function focusByTab(
  page: Page,
  role: 'link' | 'button' | 'combobox' | 'radio' | 'textbox',
  name: string,
) {
  const wanted = page.getByRole(role, { name, exact: true }).first()
  await wanted.waitFor()
  for (let i = 0; i < MOST_TABS; i++) {
    await page.keyboard.press('Tab')
    if (await wanted.evaluate((element) => element === document.activeElement)) return
  }
  throw new Error(`Tab never comes to the ${role} "${name}".`)
}
