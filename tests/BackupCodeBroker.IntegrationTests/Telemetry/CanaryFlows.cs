using System.Text;
using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Telemetry;

/// <summary>The flows of the canary run: as they are meant, as they fail, as clumsy clients send them, and with Vault at its worst.</summary>
internal static class CanaryFlows
{
    private static readonly string[] WrongPlaces = ["upper", "lower"];

    /// <summary>Every route, for both kinds of codes, with every refusal that needs no change behind the broker's back.</summary>
    public static async Task<Payload> MeantAsync(CanaryRun run)
    {
        await run.AskAsync(run.Cast.Team, c => c.RegisterAsync(run.Visible, run.Cast.Owner.EntityId), 201);
        await run.AskAsync(run.Cast.Team, c => c.RegisterAsync(run.PrintableIdentity, run.Cast.Owner.EntityId, "printable"), 201);
        await ReceivedWronglyAsync(run);
        var printable = await run.ClaimAsync(run.PrintableIdentity);
        var payload = await run.ClaimAsync(run.Visible);
        foreach (var (identity, codes) in new[] { (run.PrintableIdentity, printable.Codes), (run.Visible, payload.Codes) })
        {
            foreach (var who in new[] { run.Cast.Desk, run.Cast.Verifier })
            {
                var (code, key) = who == run.Cast.Desk ? (codes[0], "desk's") : (codes[1], "verifier's");
                await run.AskAsync(who, c => c.ConsumeAsync(identity, code, key), 200);
                await run.AskAsync(who, c => c.ConsumeAsync(identity, code, key), 200);
                await run.AskAsync(who, c => c.ConsumeAsync(identity, code, key, "other purpose"), 409);
                await run.AskAsync(who, c => c.ConsumeAsync(identity, code), 403);
                await run.AskAsync(who, c => c.ConsumeAsync(identity, run.Wrong(MadeCodes.WrongSecretOf(codes[2]))), 403);
                await run.AskAsync(who, c => c.ConsumeAsync(identity, codes[3][..^1] + (codes[3][^1] == '0' ? '1' : '0')), 400);
                await run.AskAsync(who, c => c.ConsumeAsync(BrokerEnvironment.NewIdentity(), codes[4]), 403);
                await run.AskAsync(who, c => c.ConsumeAsync(identity, run.Wrong(MadeCodes.Unknown(CodeKind.Machine))), 403);
            }
        }

        await RecoveredAsync(run, (run.Visible, payload.Codes), (run.PrintableIdentity, printable.Codes));
        await run.AskAsync(run.Cast.Verifier, c => c.StatusAsync(run.Visible));
        await run.AskAsync(run.Cast.Team, c => c.StatusAsync(run.Visible));
        await run.AskAsync(run.Cast.Team, c => c.ListAsync());
        await run.AskAsync(null, c => c.ConsumeAsync(run.Visible, payload.Codes[5]));
        await run.AskAsync(run.Cast.Team, c => c.ReportLeakAsync(run.Wrong(MadeCodes.WrongSecretOf(printable.Codes[5]))), 202);
        await run.AskAsync(run.Cast.Verifier, c => c.ReportLeakAsync(printable.Codes[5]), 403);
        await run.AskAsync(run.Cast.Team, c => c.ReportLeakAsync(printable.Codes[5]), 202);
        await run.AskAsync(run.Cast.Team, c => c.RevokeAsync(run.PrintableIdentity));
        await run.AskAsync(run.Cast.Desk, c => c.ConsumeAsync(run.PrintableIdentity, printable.Codes[6]), 403);
        return payload;
    }

    // The third and fourth code of each, by the API and by the command line; a drill proves the sixth.
    private static async Task RecoveredAsync(CanaryRun run, params (string Identity, IReadOnlyList<string> Codes)[] all)
    {
        foreach (var (identity, codes) in all)
        {
            await run.MakeRolesAsync(identity);
            await run.AskAsync(null, c => c.RecoverAsync(identity, codes[2], "k"), 200);
            await run.AskAsync(null, c => c.RecoverAsync(identity, codes[2], "k"), 200);
            await run.AskAsync(null, c => c.RecoverAsync(identity, run.Wrong(MadeCodes.WrongSecretOf(codes[3])), "w"), 403);
            await run.AskAsync(run.Cast.Owner, c => c.RecoverAsync(identity, codes[3], "t"), 400);
            var recovered = await run.RunCliAsync(null, codes[3] + "\n", "recover", identity);
            Assert.True(recovered.ExitCode == 0, recovered.Output + recovered.Error);
            Assert.NotEqual(0, (await run.RunCliAsync(null, codes[3] + "\n", "recover", identity, "--json")).ExitCode);
            await run.AskAsync(run.Cast.Desk, c => c.DrillAsync(identity, codes[5]), 200);
            await run.AskAsync(run.Cast.Verifier, c => c.DrillAsync(identity, codes[5]), 403);
            Assert.Equal(0, (await run.RunCliAsync(run.Cast.Desk, codes[5] + "\n", "drill", identity)).ExitCode);
        }
    }

    /// <summary>By the command line, as processes.</summary>
    public static async Task ByCommandLineAsync(CanaryRun run, string code)
    {
        var claimed = await run.RunCliAsync(run.Cast.Owner, "", "claim", run.PrintableIdentity, "--out", "codes", "--json");
        Assert.True(claimed.ExitCode == 0, claimed.Output + claimed.Error);
        var consumed = await run.RunCliAsync(run.Cast.Desk, code + "\n", "consume", run.Visible, "--purpose", "canary");
        Assert.True(consumed.ExitCode == 0, consumed.Output + consumed.Error);
        var again = await run.RunCliAsync(run.Cast.Desk, code + "\n", "consume", run.Visible, "--purpose", "canary", "--json");
        Assert.NotEqual(0, again.ExitCode);
        var typo = await run.RunCliAsync(run.Cast.Desk, code[..^2] + "\n", "consume", run.Visible, "--purpose", "canary");
        Assert.NotEqual(0, typo.ExitCode);
        var retrieved = await run.RunCliAsync(run.Cast.Owner, run.Noted("no wrapping token", "s.noWrappingTokenHasThis0") + "\n", "retrieve", run.Visible);
        Assert.NotEqual(0, retrieved.ExitCode);
    }

    /// <summary>Secrets where they do not belong.</summary>
    public static async Task ClumsyAsync(CanaryRun run, Payload payload)
    {
        var (code, who) = (payload.Codes[7], run.Cast.Desk);
        string consume = $"/v1/identities/{run.Visible}/consume", register = $"/v1/identities/{run.Visible}";
        foreach (var spelt in WrongPlaces.Select(w => w == "upper" ? code : code.ToLowerInvariant()).Append(payload.Activation).Append(who.Token))
        {
            await run.AskAsync(who, c => c.StatusAsync(spelt));
            await run.AskAsync(who, c => c.StatusAsync(spelt.Replace("-", "", StringComparison.Ordinal)));
            await run.AskAsync(who, c => c.ConsumeAsync(spelt, code));
            await run.AskAsync(who, c => c.RegisterAsync(spelt, run.Cast.Owner.EntityId));
            await run.AskAsync(run.Cast.Team, c => c.ListAsync("?after=" + spelt));
            await run.AskAsync(run.Cast.Team, c => c.ListAsync($"?{spelt}=1"));
            await run.AskAsync(who, c => c.SendAsync(HttpMethod.Post, $"{consume}?code={spelt}", new { code, purpose = "canary" }, ("Idempotency-Key", "k")));
            await run.AskAsync(who, c => c.SendAsync(HttpMethod.Post, $"{register}/code-sets/{spelt}/activate", new { activation = payload.Activation }));
            await run.AskAsync(who, c => c.SendAsync(HttpMethod.Get, $"/{spelt}"));
            await run.AskAsync(who, c => c.SendAsync(HttpMethod.Delete, $"{register}/{spelt}"));
            foreach (var header in new[] { "X-Code", "User-Agent", "tracestate", "baggage", "traceparent", "X-Vault-Namespace", "Referer", "Idempotency-Key", "Authorization" })
            {
                await run.AskAsync(who, c => c.SendAsync(HttpMethod.Post, consume, new { code = "BCB1", purpose = "canary" }, (header, header == "tracestate" ? "a=" + spelt.ToLowerInvariant() : spelt)));
            }
        }

        foreach (var body in Bodies(code, payload.Activation, who.Token))
        {
            await run.AskAsync(who, c => c.SendAsync(HttpMethod.Post, consume, body, ("Idempotency-Key", "k")));
            await run.AskAsync(run.Cast.Team, c => c.SendAsync(HttpMethod.Put, register, body));
            await run.AskAsync(run.Cast.Team, c => c.SendAsync(HttpMethod.Post, register + "/revoke", body));
            await run.AskAsync(run.Cast.Owner, c => c.SendAsync(HttpMethod.Post, $"{register}/code-sets/{payload.Generation}/activate", body));
            await run.AskAsync(run.Cast.Owner, c => c.SendAsync(HttpMethod.Post, $"{register}/code-sets/{payload.Generation}/intercepted", body));
        }

        await run.AskAsync(who, c => c.SendAsync(HttpMethod.Post, consume, new StringContent("code=" + code, Encoding.UTF8, "application/x-www-form-urlencoded"), ("Idempotency-Key", "k")));
        await run.AskAsync(new Person(code, "", ""), c => c.StatusAsync(run.Visible));
        await run.AskAsync(new Person(run.Noted("nobody's token", "s.nobodyHasThisTokenAtAll00"), "", ""), c => c.StatusAsync(run.Visible));
    }

    /// <summary>Vault's answers at their worst, each while a code is on its way.</summary>
    public static async Task FaultyAsync(CanaryRun run, Payload payload)
    {
        foreach (var path in new[] { "-ask/", "/data/identities/", "/data/broker/state", "identity/entity/", "token/create/" })
        {
            await DuringAsync(run, http => http.Request.Path.Value!.Contains(path, StringComparison.Ordinal), EchoAsync, c => c.ConsumeAsync(run.Visible, payload.Codes[8]));
        }

        foreach (var answer in Answers())
        {
            await DuringAsync(
                run,
                http => http.Request.Method == "POST" && http.Request.Path.Value!.Contains("/data/identities/", StringComparison.Ordinal),
                answer,
                c => c.ConsumeAsync(run.Visible, payload.Codes[8]));
        }

        foreach (var (path, identity) in new[] { ("wrapping/wrap", run.Visible), ("/hmac/", run.PrintableIdentity) })
        {
            await DuringAsync(run, http => http.Request.Path.Value!.Contains(path, StringComparison.Ordinal), EchoAsync, c => c.IssueAsync(identity), run.Cast.Owner);
        }
    }

    private static async Task DuringAsync(
        CanaryRun run, Predicate<HttpContext> which, Func<HttpContext, Task<bool>> answer, Func<ApiClient, Task<ApiReply>> request, Person? who = null)
    {
        run.Proxy.Answer = async http => which(http) && await answer(http);
        await run.AskAsync(who ?? run.Cast.Desk, request);
        run.Proxy.Answer = null;
    }

    private static async Task ReceivedWronglyAsync(CanaryRun run)
    {
        foreach (var identity in new[] { run.Visible, run.PrintableIdentity })
        {
            var issued = await run.AskAsync(run.Cast.Owner, c => c.IssueAsync(identity));
            var token = issued.Json.GetProperty("wrapping").GetProperty("token").GetString()!;
            var pending = run.Keep(await run.UnwrapAsync(issued));
            await run.AskAsync(new Person(token, "", ""), c => c.StatusAsync(identity));
            await run.AskAsync(run.Cast.Owner, c => c.ActivateAsync(identity, pending.Generation, run.Noted("wrong activation secret", "5CVQ8N0R4T6Y2ZKJ9HMW7XABDE")));
            await run.AskAsync(run.Cast.Owner, c => c.ActivateAsync(identity, pending.Generation + 1, pending.Activation));
            await run.AskAsync(run.Cast.Desk, c => c.ConsumeAsync(identity, pending.Codes[0]));
            await run.AskAsync(run.Cast.Owner, c => c.InterceptedAsync(identity, pending.Generation, "canary"));
        }
    }

    private static IEnumerable<string> Bodies(string code, string activation, string token) =>
    [
        $$"""{"code":"{{code}}","purpose":"canary","{{code}}":1}""",
        $$"""{"code":"{{code}}","purpose":"canary","other":"{{code}}"}""",
        $$"""{"code":"{{code}}","purpose":"canary","token":"{{token}}"}""",
        $$"""{"code":{"value":"{{code}}"},"purpose":"canary"}""",
        $$"""{"code":["{{code}}"],"purpose":"canary"}""",
        $$"""{"code":"{{code}}","code":"{{code}}","purpose":"canary"}""",
        $$"""{"code":"{{code}} {{code}}","purpose":"canary"}""",
        $$"""{"code":"{{activation}}","purpose":"canary"}""",
        $$"""{"code":"{{token}}","purpose":"canary"}""",
        $$"""{"code":"BCB1","purpose":"{{code}}","reason":"because of {{code}}","activation":"{{code}}"}""",
        $$"""{"reason":"because of {{code}}"}""",
        $$"""{"activation":"{{token}}"}""",
        $$"""{"owner":"{{code}}","profile":"{{code}}"}""",
        $$"""{"owner":"x","profile":"machine","external_id":"{{code}}"}""",
        $$"""{"owner":"x","profile":"machine","labels":{"a":"{{code}}"} }""",
        $$"""{"owner":"x","profile":"machine","labels":{"{{code}}":"a"} }""",
        $$"""{"code":"{{code}}","purpose":"canary" """,
        $"\"{code}\"",
        code,
        activation,
    ];

    private static IEnumerable<Func<HttpContext, Task<bool>>> Answers() =>
    [
        OtlpStage.Vault(503, "Vault is sealed"),
        OtlpStage.Vault(500, "internal error"),
        OtlpStage.Vault(403, "permission denied"),
        http =>
        {
            http.Abort();
            return Task.FromResult(true);
        },
    ];

    // A proxy's page for developers: it shows the whole request.
    private static async Task<bool> EchoAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var body = await reader.ReadToEndAsync();
        http.Response.StatusCode = 502;
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsJsonAsync(new { errors = new[] { string.Join(' ', http.Request.Headers.Select(h => h.Key + ": " + h.Value)), body } });
        return true;
    }
}
