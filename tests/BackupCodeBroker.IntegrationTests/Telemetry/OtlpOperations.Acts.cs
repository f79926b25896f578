using System.Globalization;
using System.Net.Sockets;
using System.Text;
using BackupCodeBroker.IntegrationTests.Kit;

namespace BackupCodeBroker.IntegrationTests.Telemetry;

/// <summary>How operations are arranged and asked for.</summary>
internal static partial class OtlpOperations
{
    private static OtlpOperation Consume(string outcome, string? reason, Func<OtlpStage, Holding, Task>? before = null, string? key = null) =>
        Of("consume", outcome, (c, h) => c.ConsumeAsync(h.Identity, h.Code(), key), s => s.Cast.Desk, reason, before);

    private static OtlpOperation Of(
        string operation,
        string outcome,
        Func<ApiClient, Holding, Task<ApiReply>> request,
        Func<OtlpStage, Person> who,
        string? reason = null,
        Func<OtlpStage, Holding, Task>? before = null) => new(operation, outcome, reason, async s =>
        {
            var holding = await s.HoldingAsync();
            await (before?.Invoke(s, holding) ?? Task.CompletedTask);
            return await s.AskAsync(who(s), c => request(c, holding));
        });

    private static OtlpOperation People(string reason, Func<OtlpStage, Holding, Person, string, Task> before) => new("consume", "refused", reason, async s =>
    {
        var (holding, owner, entity) = await s.OwnHoldingAsync();
        await before(s, holding, owner, entity);
        return await s.AskAsync(s.Cast.Desk, c => c.ConsumeAsync(holding.Identity, holding.Code()));
    });

    private static OtlpOperation Pending(
        string outcome, string? reason, Func<ApiClient, Payload, Task<ApiReply>> request, Func<OtlpStage, Payload, Task>? before = null) => new("retrieve", outcome, reason, async s =>
        {
            var pending = await s.PendingAsync(await s.RegisteredAsync());
            await (before?.Invoke(s, pending) ?? Task.CompletedTask);
            return await s.AskAsync(s.Cast.Owner, c => request(c, pending));
        });

    private static OtlpOperation Meanwhile(
        string operation, string outcome, string reason, Func<HttpContext, Task<bool>> answer, Func<ApiClient, Holding, Task<ApiReply>> request, bool stranger = false) =>
        new(operation, outcome, reason, async s =>
        {
            var holding = await s.HoldingAsync();
            var who = stranger ? await s.Environment.HolderAsync("stranger", "consume/*") : s.Cast.Desk;
            return await s.MeanwhileAsync(answer, who, c => request(c, holding));
        });

    // The write is swallowed, and from then on nothing can be read.
    private static async Task<ApiReply> LoseAsync(OtlpStage stage)
    {
        var holding = await stage.HoldingAsync();
        var (down, sealing) = (false, OtlpStage.Vault(503, "Vault is sealed"));
        return await stage.MeanwhileAsync(
            async http =>
            {
                if (!down && http.Request.Method == "POST" && http.Request.Path.Value!.Contains("/data/identities/", StringComparison.Ordinal))
                {
                    down = true;
                    VaultProxy.Cut(http);
                    return true;
                }

                return down && await sealing(http);
            },
            stage.Cast.Desk,
            c => c.ConsumeAsync(holding.Identity, holding.Code()));
    }

    private static async Task ByMakerAsync(OtlpStage stage, Holding holding, string key, string purpose = "test")
    {
        using var desk = stage.Maker.As(stage.Cast.Desk);
        await desk.ConsumeAsync(holding.Identity, holding.Code(), key, purpose);
    }

    // Headers that announce a body, and no body: the broker waits as long as an operation may last.
    private static async Task<ApiReply> SlowlyAsync(OtlpStage stage)
    {
        var address = new Uri(stage.Broker.Address);
        using var socket = new TcpClient();
        await socket.ConnectAsync(address.Host, address.Port);
        var stream = socket.GetStream();
        var head = string.Create(CultureInfo.InvariantCulture, $"POST /v1/identities/team-a.some/revoke HTTP/1.1\r\nHost: {address.Authority}\r\nX-Vault-Token: {stage.Cast.Team.Token}\r\ntraceparent: {CallersSpan.Current}\r\nContent-Type: application/json\r\nContent-Length: 20\r\nConnection: close\r\n\r\n");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head));
        using var reader = new StreamReader(stream);
        var lines = (await reader.ReadToEndAsync()).Split("\r\n");
        using var answer = new HttpResponseMessage();
        foreach (var header in lines.Skip(1).TakeWhile(l => l.Length > 0).Select(l => l.Split(": ", 2)))
        {
            answer.Headers.TryAddWithoutValidation(header[0], header[1]);
        }

        return new ApiReply(int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture), "", answer.Headers, null);
    }
}
