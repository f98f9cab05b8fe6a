import type { Language } from '../i18n';

export type Theme = 'system' | 'light' | 'dark';

function stored(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null; // storage may be forbidden; the page works without
  }
}

class Settings {
  language = $state<Language>(firstLanguage());
  theme = $state<Theme>(firstTheme());
  /** The API key, for this tab only. */
  key = $state(sessionStorage.getItem('key') ?? '');

  setLanguage(language: Language) {
    this.language = language;
    keep('language', language);
  }

  setTheme(theme: Theme) {
    this.theme = theme;
    keep('theme', theme);
  }

  setKey(key: string) {
    this.key = key;
    if (key) sessionStorage.setItem('key', key);
    else sessionStorage.removeItem('key');
  }
}

function keep(name: string, value: string) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // see stored()
  }
}

function firstLanguage(): Language {
  const wanted = stored('language') ?? navigator.language;
  return wanted.startsWith('ru') ? 'ru' : 'en';
}

function firstTheme(): Theme {
  const wanted = stored('theme');
  return wanted === 'light' || wanted === 'dark' ? wanted : 'system';
}

export const settings = new Settings();
