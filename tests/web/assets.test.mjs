// How the page is served.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { gunzipSync } from "node:zlib";

/** GET as it is, without what fetch() adds. */
function get(url, headers = {}) {
	return new Promise((resolve, reject) => {
		request(url, { headers }, (answer) => {
			const chunks = [];
			answer.on("data", (chunk) => chunks.push(chunk));
			answer.on("end", () => resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks) }));
		}).on("error", reject).end();
	});
}

async function assetsOf(url) {
	const { body } = await get(url);
	return [...body.toString().matchAll(/"(\/assets\/[^"]+)"/g)].map(([, path]) => new URL(path, url).href);
}

export const tests = {
	"every file comes plain or gzipped, as asked for, and says so": async ({ url }) => {
		for (const file of [url, `${url}/licenses`, ...(await assetsOf(url))]) {
			const plain = await get(file);
			const gzipped = await get(file, { "Accept-Encoding": "br, gzip" });
			const refused = await get(file, { "Accept-Encoding": "gzip;q=0" });
			assert.equal(plain.headers["content-encoding"], undefined);
			assert.equal(gzipped.headers["content-encoding"], "gzip");
			assert.equal(gzipped.headers["vary"], "Accept-Encoding");
			assert.ok(gunzipSync(gzipped.body).equals(plain.body));
			assert.ok(refused.body.equals(plain.body));
			assert.notEqual(plain.headers["etag"], gzipped.headers["etag"]);
		}
	},

	"an entity tag saves the transfer": async ({ url }) => {
		const { headers } = await get(url);
		const again = await get(url, { "If-None-Match": headers["etag"] });
		assert.equal(again.status, 304);
		assert.equal(again.body.length, 0);
		assert.equal(headers["cache-control"], "no-cache");
	},

	"assets may be kept for ever, as their names change with their content": async ({ url }) => {
		const assets = await assetsOf(url);
		assert.ok(assets.length >= 3);
		for (const asset of assets) {
			const { headers } = await get(asset);
			assert.match(asset, /-[0-9a-f]{12}\.\w+$/);
			assert.match(headers["cache-control"], /max-age=31536000, immutable/);
		}
		assert.equal((await get(`${url}/assets/app-000000000000.js`)).status, 404);
	},

	"the policy allows no other host and nothing inline": async ({ url }) => {
		const policy = (await get(url)).headers["content-security-policy"];
		assert.match(policy, /default-src 'self'/);
		assert.doesNotMatch(policy, /unsafe|\*|https?:/);
	},

	"the licences of all packages are listed, and none asks for the source of the whole": async ({ url }) => {
		const text = (await get(`${url}/licenses`)).body.toString();
		const pinned = JSON.parse(readFileSync(new URL("../../web/package.json", import.meta.url), "utf8")).dependencies;
		for (const [name, version] of Object.entries(pinned))
			assert.ok(text.includes(`${name} ${version} (`), name);
		assert.doesNotMatch(text, /GNU|GPL/);
	},
};
