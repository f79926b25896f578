using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Telemetry;

/// <summary>A person who spends a non-human identity's code is recorded as such, and nobody else is: OWASP NHI10.</summary>
[Trait("Requirement", "R-35")]
public sealed class PersonWithMachineCodeTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    [Fact]
    public async Task A_person_who_spends_a_machines_code_is_recorded_the_second_time_from_memory_too()
    {
        var answers = await ConsumeAsync(people: ["token"], machines: [], "machine", wrong: false);
        Assert.Equal([("person", true), ("person", true)], answers);
    }

    [Theory]
    [InlineData(new[] { "token" }, new string[0], "printable", false, "person")]
    [InlineData(new[] { "token" }, new string[0], "machine", true, "person")]
    [InlineData(new string[0], new[] { "token" }, "machine", false, "machine")]
    [InlineData(new string[0], new string[0], "machine", false, null)]
    public async Task Nobody_else_is(string[] people, string[] machines, string profile, bool wrong, string? kind)
    {
        var answers = await ConsumeAsync(people, machines, profile, wrong);
        Assert.Equal([(kind, false), (kind, false)], answers);
    }

    [Fact]
    public async Task A_real_log_in_tells_by_its_mount()
    {
        const string mount = "userpass";
        await environment.Root.TryAsync(HttpMethod.Post, "sys/auth/" + mount, new { type = "userpass" });
        var policy = environment.PolicyPrefix + await environment.PolicyAsync("verifier", "consume/*");
        var name = "u" + Guid.NewGuid().ToString("n")[..8];
        await environment.Root.PostAsync($"auth/{mount}/users/{name}", new { password = "p4ssw0rd-canary", policies = policy });
        var login = await environment.Root.PostAsync($"auth/{mount}/login/{name}", new { password = "p4ssw0rd-canary" });
        var token = login.GetProperty("auth").GetProperty("client_token").GetString()!;
        using var file = new AccessRecords();
        ApiReply reply;
        await using (var broker = await environment.StartAsync(s => s with { Telemetry = s.Telemetry with { AccessFile = file.Path } }))
        {
            var holding = await environment.HoldingAsync(broker, await environment.CastAsync());
            using var person = new ApiClient(broker.Address, token);
            reply = await person.ConsumeAsync(holding.Identity, holding.Code());
        }

        Assert.True(reply.Status == 200, reply.Text);
        var record = Assert.Single(file.Read(), r => r.Text("operation_id") == reply.OperationId);
        Assert.Equal(("person", "True", "userpass-" + name), (record.Text("caller_kind"), record.Text("person_used_machine_code"), record.Text("caller_name")));
    }

    private async Task<IReadOnlyList<(string? Kind, bool Flagged)>> ConsumeAsync(string[] people, string[] machines, string profile, bool wrong)
    {
        var cast = await environment.CastAsync();
        using var file = new AccessRecords();
        using var spans = new SpanWatch();
        var replies = new List<ApiReply>();
        long counted;
        await using (var broker = await environment.StartAsync(
            s => s with { PeopleLogins = people, MachineLogins = machines, Telemetry = s.Telemetry with { AccessFile = file.Path } }, clock: new TestClock()))
        {
            using var metrics = new MetricWatch(broker);
            var holding = await environment.HoldingAsync(broker, cast, profile);
            using var verifier = broker.As(cast.Verifier);
            foreach (var i in (int[])[0, 1])
            {
                replies.Add(await verifier.ConsumeAsync(holding.Identity, wrong ? MadeCodes.WrongSecretOf(holding.Code(i)) : holding.Code(i)));
            }

            counted = metrics.Count("bcb.person_used_machine_code", profile);
        }

        Assert.All(replies, r => Assert.Equal(wrong ? 403 : 200, r.Status));
        var records = replies.Select(r => file.Read().Single(record => record.Text("operation_id") == r.OperationId)).ToList();
        var flagged = records.Select(r => r.Text("person_used_machine_code") == "True").ToList();
        Assert.Equal(flagged, replies.Select(r => spans.Of(r).GetTagItem("bcb.person_used_machine_code") is true));
        Assert.Equal(flagged.Count(f => f), counted);
        return [.. records.Zip(flagged, (record, flag) => (record.Text("caller_kind"), flag))];
    }
}
