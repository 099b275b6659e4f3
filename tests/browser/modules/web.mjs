// The pages' modules for node: copied beside a package.json that calls them modules, for the tree has none.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';

const source = process.env.WEB ?? path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../../tools/fmp4-httpd/web');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'live-web.'));
process.on('exit', () => fs.rmSync(folder, {recursive: true, force: true}));
fs.cpSync(source, folder, {recursive: true});
fs.writeFileSync(path.join(folder, 'package.json'), '{"type": "module"}');

/// web('pace.js'): its exports.
export const web = (name) => import(pathToFileURL(path.join(folder, name)).href);
