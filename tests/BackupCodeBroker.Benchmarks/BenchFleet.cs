using System.Globalization;
using System.Text;
using System.Text.Json;
using BackupCodeBroker.Core.Documents;

namespace BackupCodeBroker.Benchmarks;

/// <summary>A fleet of identities that have a set, an owner of a hundred and an entity each, one in a hundred of them past its life.</summary>
internal sealed class BenchFleet(BenchDeployment bench)
{
    /// <summary>Owners; one in as many identities is past its life.</summary>
    public const int Owners = 100;

    private const int Parallel = 16;

    /// <summary>Makes them. One set is claimed as sets are; the others are its likes, past the broker: making them as a fleet grows would take a quarter of an hour.</summary>
    public async Task MakeAsync(int count)
    {
        var owner = await bench.PersonAsync("register/*", "issue/*", "retrieve/*");
        await bench.ClaimAsync("sweep.template", owner);
        var data = (await bench.Root.GetAsync($"{bench.Names.KvMount}/data/identities/bcb.sweep.template")).GetProperty("data").GetProperty("data").GetRawText();
        if (!DocumentJson.TryReadIdentity(Encoding.UTF8.GetBytes(data), "sweep.template", out var template, out var error))
        {
            throw new InvalidOperationException(error);
        }

        template = template with { Active = template.Active! with { Codes = [.. template.Active.Codes.Take(10)] } };
        var owners = new List<string>();
        for (var i = 0; i < Owners; i++)
        {
            owners.Add((await bench.Root.PostAsync("identity/entity", new { name = $"sweep-owner-{i}-{Guid.NewGuid()}" })).GetProperty("data").GetProperty("id").GetString()!);
        }

        var accessor = (await bench.Root.GetAsync("sys/auth")).GetProperty("data").GetProperty("token/").GetProperty("accessor").GetString()!;
        // The template is one of them.
        await System.Threading.Tasks.Parallel.ForAsync(1, count, new ParallelOptions { MaxDegreeOfParallelism = Parallel }, async (i, _) =>
            await MakeAsync(template, string.Create(CultureInfo.InvariantCulture, $"sweep.n{i:d6}"), owners[i % Owners], accessor, isExpired: i % Owners == 0 || i == 1));
    }

    private async Task MakeAsync(IdentityDocument template, string name, string owner, string accessor, bool isExpired)
    {
        var entity = (await bench.Root.PostAsync("identity/entity", new { name = "bench-" + name + Guid.NewGuid() })).GetProperty("data").GetProperty("id").GetString()!;
        if (isExpired)
        {
            await bench.Root.PostAsync("identity/entity-alias", new { name = "bcb." + name, canonical_id = entity, mount_accessor = accessor });
        }

        var set = template.Active! with
        {
            Owner = template.Active!.Owner with { EntityId = owner },
            Entity = template.Active.Entity with { EntityId = entity },
            ExpiresAt = isExpired ? template.Active.IssuedAt : template.Active.ExpiresAt,
        };
        var document = template with { Identity = name, Owner = owner, AliasEntity = entity, Active = set };
        await bench.Root.PostAsync(
            $"{bench.Names.KvMount}/data/identities/bcb.{name}",
            new { options = new { cas = 0 }, data = JsonSerializer.Deserialize<JsonElement>(DocumentJson.Write(document)) });
    }
}
