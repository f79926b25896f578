using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace BackupCodeBroker.Benchmarks;

/// <summary>
/// <c>bcb who-can</c>, as a person runs it, over a Vault of 1,000 policies and 5,000 entities in groups within groups: how long from the command to its
/// answer, and how much memory, for one identity and for what is left of recovery without a log-in.
/// </summary>
internal sealed class WhoCanBenchmark(BenchDeployment bench, string program)
{
    /// <summary>The argument that leaves everything else out.</summary>
    public const string Only = "who-can";

    private const int Policies = 1_000;
    private const int Entities = 5_000;
    private const int Groups = 200;
    private const int Users = 400;
    private const int Parallel = 16;
    private const double GoalSeconds = 10;
    private const string Identity = "who-can.deployer";

    /// <summary>Runs it; false where the goal was missed or something was not seen.</summary>
    public async Task<bool> RunAsync()
    {
        await MakeAsync();
        var (token, _) = await bench.TokenAsync("bcb-auditor");
        var table = new Table().AddColumns("asked", "s", "peak MiB", "holders or identities");
        var reached = true;
        foreach (var arguments in new string[][] { [Identity], ["--without", "auth/bench-up"] })
        {
            var (seconds, megabytes, json) = await AskAsync(token, arguments);
            reached &= json.GetProperty("complete").GetBoolean() && seconds <= GoalSeconds;
            var found = json.TryGetProperty("operations", out var operations)
                ? operations.EnumerateArray().Sum(operation => operation.GetProperty("holders").GetArrayLength())
                : json.GetProperty("identities").GetArrayLength();
            table.AddRow("who-can " + string.Join(' ', arguments), Figure(seconds), Figure(megabytes), found.ToString(CultureInfo.InvariantCulture));
        }

        AnsiConsole.Write(table);
        AnsiConsole.WriteLine($"goal: {Policies} policies and {Entities} entities within {GoalSeconds} s, nothing unread: {(reached ? "reached" : "MISSED")}");
        return reached;
    }

    private static string Figure(double value) => value.ToString("F1", CultureInfo.InvariantCulture);

    private async Task<(double Seconds, double Megabytes, JsonElement Answer)> AskAsync(string token, string[] arguments)
    {
        var start = new ProcessStartInfo(program, ["who-can", .. arguments, "--mount", bench.Names.AskMount, "--json"]) { RedirectStandardOutput = true };
        start.Environment["VAULT_ADDR"] = bench.VaultAddress;
        start.Environment["VAULT_TOKEN"] = token;
        start.Environment["BCB_ADDR"] = bench.BrokerAddress;
        var watch = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var peak = await PeakAsync(process);
        var json = JsonDocument.Parse(await output).RootElement;
        return json.TryGetProperty("error", out var error)
            ? throw new InvalidOperationException(error.GetRawText())
            : (watch.Elapsed.TotalSeconds, peak, json);
    }

    // The most that the process ever held, looked at until it ends.
    private static async Task<double> PeakAsync(Process process)
    {
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var peak = 0.0;
        do
        {
            process.Refresh();
            peak = process.HasExited ? peak : Math.Max(peak, process.WorkingSet64 / 1048576.0);
        }
        while (!process.HasExited && await beat.WaitForNextTickAsync());

        return peak;
    }

    // Twenty teams with policies of their own, by name, by wildcard and by template; each entity in a group or two, the groups in others; some log in as users.
    private async Task MakeAsync()
    {
        var owner = await bench.PersonAsync("register/*", "issue/*", "retrieve/*");
        await bench.ClaimAsync(Identity, owner);
        await bench.Root.PostAsync("sys/auth/bench-up", new { type = "userpass" });
        var accessor = (await bench.Root.GetAsync("sys/auth")).GetProperty("data").GetProperty("bench-up/").GetProperty("accessor").GetString()!;
        await EachAsync(Policies, i => bench.Root.PostAsync($"sys/policies/acl/bench-{i}", new { policy = Policy(i) }));
        var groups = new string[Groups];
        for (var i = 0; i < Groups; i++)
        {
            var group = await bench.Root.PostAsync("identity/group", new
            {
                name = $"bench-group-{i}",
                policies = new[] { $"bench-{i % Policies}" },
                member_group_ids = i >= 20 && i % 10 == 0 ? groups[(i - 20)..(i - 15)] : [],
            });
            groups[i] = group.GetProperty("data").GetProperty("id").GetString()!;
        }

        var entities = new string[Entities];
        await EachAsync(Entities, async i =>
        {
            var made = await bench.Root.PostAsync("identity/entity", new { name = $"bench-entity-{i}", policies = new[] { $"bench-{i % Policies}", $"bench-{i * 7 % Policies}" }, metadata = new { team = $"team-{i % 20}" } });
            entities[i] = made.GetProperty("data").GetProperty("id").GetString()!;
            await bench.Root.PostAsync("identity/entity-alias", new { name = $"user-{i}", canonical_id = entities[i], mount_accessor = accessor });
        });
        await EachAsync(Users, i => bench.Root.PostAsync($"auth/bench-up/users/user-{i}", new { password = "p", token_policies = new[] { $"bench-{i}" } }));
        await EachAsync(Groups, i => bench.Root.PostAsync("identity/group/id/" + groups[i], new { member_entity_ids = entities.Where((_, e) => e % Groups == i).ToArray() }));
    }

    private string Policy(int i)
    {
        var ask = bench.Names.AskMount;
        string[] paths = (i % 5) switch
        {
            0 => [$"{ask}/consume/who-can.*", $"{ask}/approve/team-{i % 20}.*"],
            1 => [$"{ask}/issue/@owned", $"{ask}/retrieve/@owned"],
            2 => [$"{ask}/status/{{{{identity.entity.metadata.team}}}}.*", $"{ask}/approve/{{{{identity.entity.metadata.team}}}}.*"],
            3 => [$"secret/data/team-{i}/*", $"secret/metadata/team-{i}/*", $"database/creds/app-{i}"],
            _ => [$"pki/issue/host-{i}", $"transit/encrypt/key-{i}", $"{ask}/+/team-{i}.x"],
        };
        return string.Join('\n', paths.Select(path => $"path \"{path}\" {{ capabilities = [\"read\", \"update\"] }}"));
    }

    private static Task EachAsync(int count, Func<int, Task> make) =>
        System.Threading.Tasks.Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = Parallel }, async (i, _) => await make(i));
}
