/* Runs the Atlas trigger under Node with a stand-in for Atlas's `context`, against a real MongoDB.
   Reads {uri, database, values} as JSON on stdin, writes what the function returned on stdout. */
"use strict";
const fs = require("node:fs");
const http = require("node:http");
const path = require("node:path");
const vm = require("node:vm");

const home = path.join(__dirname, "..", "..", "deploy", "atlas");
const { MongoClient } = require(path.join(home, "node_modules", "mongodb"));

/* Atlas's context.http: headers are lists, the body has text(), redirects are not followed. */
function get(request) {
  if (request.followRedirects) throw new Error("the token would follow a redirect");
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, all]) => [name, all[0]]));
  return new Promise((resolve, reject) => {
    const sent = http.get(request.url, { headers }, (response) => {
      const pieces = [];
      response.on("data", (piece) => pieces.push(piece));
      response.on("error", reject);
      response.on("end", () => {
        const text = Buffer.concat(pieces).toString("utf8");
        resolve({ statusCode: response.statusCode, headers: all(response.rawHeaders), body: { text: () => text } });
      });
    });
    sent.on("error", reject);
  });
}

/* Node's flat list of names and values as Atlas gives headers: a list for each name. */
function all(raw) {
  const headers = {};
  for (let at = 0; at < raw.length; at += 2) (headers[raw[at]] ||= []).push(raw[at + 1]);
  return headers;
}

async function main() {
  const given = JSON.parse(fs.readFileSync(0, "utf8"));
  const client = await new MongoClient(given.uri).connect();
  const context = {
    values: { get: (name) => given.values[name] },
    services: { get: () => ({ db: () => client.db(given.database) }) },
    http: { get },
  };
  const sandbox = vm.createContext({ context, exports: null, setTimeout, console });
  vm.runInContext(fs.readFileSync(path.join(home, "courbe_sync.js"), "utf8"), sandbox);
  try {
    process.stdout.write(JSON.stringify(await sandbox.exports()));
  } finally {
    await client.close();
  }
}

main().catch((error) => {
  process.stderr.write(String(error.stack));
  process.exitCode = 1;
});
