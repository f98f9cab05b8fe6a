import { settings } from '../lib/settings.svelte';
import { en, type Texts } from './en';
import { ru } from './ru';

export const languages = { en, ru };
export type Language = keyof typeof languages;

/** The texts in the language that is chosen; read in markup, it changes with it. */
export function texts(): Texts {
  return languages[settings.language];
}
