// node pack.js FOLDER OUTPUT: writes the files of a built page as a C++ source: the table of src/http/page_files.hpp.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const [folder, output] = process.argv.slice(2);
const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name))
  .sort();

const array = (name, bytes) => `constexpr char ${name}[] = {${[...bytes, 0].map((byte) => (byte << 24) >> 24).join(',')}};\n`;
const view = (name) => `{${name}, sizeof ${name} - 1}`;

let arrays = '';
let table = '';
files.forEach((file, n) => {
  const type = types[extname(file)];
  if (!type) throw new Error(`${file}: no content type is known for it`);
  const bytes = readFileSync(file);
  arrays += array(`kBody${n}`, bytes) + array(`kGzip${n}`, gzipSync(bytes, { level: 9 }));
  table += `    {${JSON.stringify(basename(file))}, ${JSON.stringify(type)}, ${view(`kBody${n}`)}, ${view(`kGzip${n}`)}},\n`;
});
writeFileSync(
  output,
  `#include "http/page_files.hpp"\n\nnamespace sasrec::http {\nnamespace {\n\n${arrays}\n` +
    `constexpr PageFile kFiles[] = {\n${table}};\n\n}  // namespace\n\n` +
    'std::span<const PageFile> page_files() {\n  return kFiles;\n}\n\n}  // namespace sasrec::http\n',
);
