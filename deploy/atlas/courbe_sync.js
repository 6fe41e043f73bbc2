/*
 * Atlas scheduled trigger: asks Conso API for the trailing week and leaves the answer for Courbe.
 *
 * The record of a meter is one packed document that only Courbe writes. This function therefore stores the
 * answer as it came in the collection `inbox`, under a natural key (meter, flow, days); Courbe folds it in
 * when it is next opened and at every `sync`. Running it twice changes nothing. It shares Courbe's budget
 * (`api_budget`): every call is counted before it is sent, and after a ban none is sent at all.
 *
 * Values (App Services > Values; the token as a secret): COURBE_API_TOKEN, COURBE_PRM; optional:
 * COURBE_API_URL, COURBE_DATABASE, COURBE_CLUSTER, COURBE_CONTACT, COURBE_API_DAILY_CALLS.
 * Returns {result: "up-to-date" | "stored" | "not-published" | "paused" | "failed", code, calls}.
 */
exports = async function () {
  const DAY = 86400000;
  const HOUR = 3600000;
  const DAYS = 7;
  const ENEDIS = "The Enedis API returned an error";
  const PATHS = [
    { path: "courbe_de_charge_consommation", names: ["pointId", "dateDebut", "dateFin"] },
    { path: "consumption_load_curve", names: ["prm", "start", "end"] },
  ];

  const value = (name, otherwise) => {
    const found = context.values.get(name);
    return found === undefined || found === null || found === "" ? otherwise : found;
  };
  const apiUrl = String(value("COURBE_API_URL", "https://conso.boris.sh")).replace(/\/+$/, "");
  const token = String(value("COURBE_API_TOKEN", "")).replace(/\s+/g, "");
  const prm = String(value("COURBE_PRM", "")).replace(/\s+/g, "");
  const limit = Number(value("COURBE_API_DAILY_CALLS", 49));
  const contact = String(value("COURBE_CONTACT", "https://github.com/courbe")).replace(/[^\x20-\x7e]/g, "");
  if (!/^[0-9]{14}$/.test(prm)) return { result: "failed", code: "api-prm", calls: 0 };
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return { result: "failed", code: "api-no-token", calls: 0 };

  const cluster = context.services.get(String(value("COURBE_CLUSTER", "mongodb-atlas")));
  const database = cluster.db(String(value("COURBE_DATABASE", "courbe")));
  const inbox = database.collection("inbox");
  const budget = database.collection("api_budget");
  const api = apiUrl.replace(/^[a-z]+:\/\//, "").split("/")[0].toLowerCase();
  let calls = 0;

  const now = Number(value("COURBE_NOW", Date.now()));
  const iso = (moment) => new Date(moment).toISOString().slice(0, 10);
  const today = iso(now + parisOffset(now));
  const shifted = (day, by) => iso(Date.parse(`${day}T12:00:00Z`) + by * DAY);
  const yesterday = shifted(today, -1);
  const first = shifted(today, -DAYS);
  const key = `${prm}:consumption:${first}:${today}`;

  if (await isThere()) return { result: "up-to-date", code: null, calls };
  let answer;
  for (const question of PATHS) {
    const refusal = await take();
    if (refusal) return { ...refusal, calls };
    if (calls > 1) await new Promise((resolve) => setTimeout(resolve, 1000)); // one call a second
    answer = await ask(question);
    if (answer.code !== "api-path-gone") break;
  }
  return { ...(await keep(answer)), calls };

  /* Whether the trailing week is known: up to yesterday in the inbox, or whole in Courbe's readings. */
  async function isThere() {
    const waiting = await inbox.findOne({ _id: key });
    if (waiting && hasYesterday(waiting.answer)) return true;
    const [from, until] = [midnight(first), midnight(today)];
    const week = {
      "meter.prm": prm,
      "meter.flow": "consumption",
      start: { $gte: new Date(from), $lt: new Date(until) },
    };
    const whole = { $group: { _id: null, minutes: { $sum: "$meter.step" } } };
    const [known] = await database.collection("readings").aggregate([{ $match: week }, whole]).toArray();
    return Boolean(known) && known.minutes * 60000 >= until - from;
  }

  /* Count one call in the shared budget; what forbids it, otherwise. */
  async function take() {
    const utcDay = iso(now);
    try {
      await budget.updateOne({ _id: api }, { $setOnInsert: { day: utcDay, calls: 0 } }, { upsert: true });
    } catch (error) {
      if (error.code !== 11000) throw error; // somebody else made it at this very moment
    }
    await budget.updateOne(
      { _id: api, $or: [{ day: { $lt: utcDay } }, { day: { $exists: false } }] },
      { $set: { day: utcDay, calls: 0 } },
    );
    const open = {
      _id: api,
      calls: { $lt: limit },
      $and: [
        { $or: [{ banned_at: { $exists: false } }, { banned_at: 0 }] },
        { $or: [{ held_until: { $exists: false } }, { held_until: { $lte: now } }] },
      ],
    };
    const taken = await budget.updateOne(open, { $inc: { calls: 1 }, $max: { slot: now } });
    if (taken.matchedCount === 1) {
      calls += 1;
      return null;
    }
    const found = (await budget.findOne({ _id: api })) || {};
    if (Number(found.banned_at || 0) > 0) return { result: "failed", code: "api-banned" };
    const held = Number(found.held_until || 0) > now;
    return { result: "paused", code: held ? "api-throttled" : "api-budget-used" };
  }

  /* One GET. Redirects are not followed: the token would go along. */
  async function ask(question) {
    const values = [prm, first, today];
    const query = question.names.map((name, at) => `${name}=${encodeURIComponent(values[at])}`).join("&");
    let response;
    try {
      response = await context.http.get({
        url: `${apiUrl}/api/${question.path}?${query}`,
        headers: {
          Authorization: [`Bearer ${token}`],
          Accept: ["application/json"],
          "User-Agent": [`Courbe/0.1 (+${contact}; Atlas trigger)`],
        },
        followRedirects: false,
      });
    } catch (error) {
      return { code: "api-unreachable" }; // its text could hold the request, and with it the token
    }
    const text = response.body ? response.body.text() : "";
    const [retryAfter] = (response.headers || {})["Retry-After"] || [""];
    return understood(response.statusCode, text, retryAfter);
  }

  /* The outcome of an answer: the same rules as core/sources/conso_api/failures.py. */
  function understood(status, text, retryAfter) {
    const body = object(text) || {}; // a page of HTML, or a cut answer, is none
    if (status === 200) {
      if (points(body)) return { code: null, body };
      return { code: lacksPoints(body) ? "api-no-data" : "api-garbled" };
    }
    const error = typeof body.error === "string" ? object(body.error) || body.error : body.error;
    const told = isObject(error) ? error : body;
    if (status === 429 || /"code":\s*"?90080\d/.test(JSON.stringify(told))) {
      return { code: "api-throttled", until: namedMoment(String(told.nextAccessTime || ""), retryAfter) };
    }
    if (status >= 300 && status < 400) return { code: "api-redirect" };
    if (body.message === ENEDIS) return { code: enedisCode(status, error) };
    if ("error_description" in body || ("code" in body && !("status" in body))) return { code: enedisCode(status, body) };
    if (status === 403 && /^\s*</.test(text)) return { code: "api-banned" };
    if (status === 401 || (status === 400 && /Authorization/.test(String(body.message)))) {
      return { code: "api-token-refused" };
    }
    if (status === 404 || status === 410) return { code: "api-path-gone" };
    if (status === 400) return { code: requestCode(text.replace(/\\/g, ""), body.message) };
    return { code: status >= 500 ? "api-gateway-down" : "api-refused" };
  }

  /* A refused request, by the field its details name; where they name none, it is the type. */
  function requestCode(told, message) {
    const named = [...told.matchAll(/"path"\s*:\s*\[\s*"(\w+)"/g)].map((found) => found[1]).join(" ") || told;
    if (/\b(pointId|prm)\b/i.test(named)) return "api-prm-refused";
    if (message !== "Paramètres invalides" || /date|\b(start|end)\b/i.test(named)) return "api-refused";
    return "api-path-gone";
  }

  /* Enedis's own error: a code of theirs, a sentence, or nothing but the status. */
  function enedisCode(status, error) {
    const told = isObject(error) ? (isObject(error.fault) ? error.fault : error) : { message: String(error || "") };
    const code = String(told.error || told.code || "");
    const said = ["error_description", "description", "message"].map((name) => String(told[name] || "")).join(" ");
    const known = {
      "ADAM-ERR0002": "api-days-order",
      "ADAM-ERR0191": "api-days-not-open",
      "ADAM-ERR0123": "api-before-activation",
      "ADAM-ERR0125": "api-too-old",
      "ADAM-DC-0007": "api-not-holder",
      "ADAM-DC-0008": "api-consent",
      "ADAM-DC-0009": "api-before-consent",
      no_data_found: "api-no-data",
      technical_error: "api-enedis-down",
    };
    const gateway = { 900901: "api-gateway-token", 900906: "api-path-gone", 900908: "api-not-subscribed" };
    const found = Object.keys(known).find((one) => one === code || said.includes(one));
    if (found) return known[found];
    const number = Object.keys(gateway).find((one) => one === code || said.includes(one));
    if (number) return gateway[number];
    if (/titulaire/i.test(said)) return "api-not-holder";
    if (/consent|n.est pas autoris|not authori[sz]ed/i.test(said)) return "api-consent";
    if (status === 404) return "api-no-data";
    return status >= 500 ? "api-enedis-down" : "api-refused";
  }

  function isObject(value) {
    return value !== null && typeof value === "object" && !Array.isArray(value);
  }

  /* The JSON object in a text; null where there is none. */
  function object(text) {
    try {
      const value = JSON.parse(text);
      return isObject(value) ? value : null;
    } catch (error) {
      return null;
    }
  }

  /* Store what came, or remember what forbids to ask again. */
  async function keep(told) {
    if (told.code === "api-banned") {
      await budget.updateOne({ _id: api }, { $set: { banned_at: now } });
    }
    if (told.code === "api-throttled") {
      const wait = told.until && told.until > now ? Math.min(told.until, now + 2 * DAY) : now + HOUR;
      await budget.updateOne({ _id: api }, { $max: { held_until: wait } });
      return { result: "paused", code: told.code };
    }
    if (told.code === "api-no-data") return { result: "not-published", code: told.code };
    if (told.code !== null) return { result: "failed", code: told.code };
    const document = {
      prm,
      flow: "consumption",
      first,
      end: today,
      fetched: new Date(now),
      answer: told.body,
    };
    await inbox.replaceOne({ _id: key }, document, { upsert: true });
    return { result: hasYesterday(told.body) ? "stored" : "not-published", code: null };
  }

  /* The rows of an answer in either format, as [END stamp, value]; null for anything else. */
  /* An answer of v2 without any series, or with one that has no points: there are no readings. */
  function lacksPoints(body) {
    if (!("idPrm" in body || "periode" in body)) return false;
    const series = body.grandeur === undefined ? [] : body.grandeur;
    return Array.isArray(series) && series.every((one) => isObject(one) && one.points === undefined);
  }

  function points(body) {
    try {
      const inner = body.meter_reading || body;
      if (Array.isArray(inner.interval_reading)) return inner.interval_reading.map((row) => [row.date, row.value]);
      return body.grandeur[0].points.map((row) => [row.d, row.v]);
    } catch (error) {
      return null; // not the shape of a load curve
    }
  }

  /* A stamp is the END of its interval in Paris time: midnight belongs to the day before. */
  function hasYesterday(body) {
    const from = `${yesterday} 00:00:00`;
    return (points(body) || []).some(([stamp, told]) => told !== null && told !== "" && String(stamp) > from);
  }

  /* The moment the other side names for going on; null where it names none. */
  function namedMoment(text, retryAfter) {
    const found = /(\d{4})-([A-Z][a-z]{2})-(\d{2}) (\d{2}:\d{2}:\d{2})\+0000/.exec(text);
    const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    if (found && months.includes(found[2])) {
      const month = String(months.indexOf(found[2]) + 1).padStart(2, "0");
      return Date.parse(`${found[1]}-${month}-${found[3]}T${found[4]}Z`);
    }
    if (/^\d{1,7}$/.test(retryAfter)) return now + Number(retryAfter) * 1000;
    return Date.parse(retryAfter) || null;
  }

  /* The begin of a Paris day, in UTC ms. */
  function midnight(day) {
    const moment = Date.parse(`${day}T00:00:00Z`);
    return moment - parisOffset(moment);
  }

  /* Paris is one hour ahead of UTC, two between the last Sundays of March and October, 01:00 UTC. */
  function parisOffset(moment) {
    const year = new Date(moment).getUTCFullYear();
    const change = (month) => {
      const last = new Date(Date.UTC(year, month, 31, 1));
      return last.getTime() - last.getUTCDay() * DAY;
    };
    return moment >= change(2) && moment < change(9) ? 2 * HOUR : HOUR;
  }
};
