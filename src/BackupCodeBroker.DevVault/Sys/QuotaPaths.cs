using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault.Logical;
using BackupCodeBroker.DevVault.Mounts;

namespace BackupCodeBroker.DevVault.Sys;

/// <summary><c>sys/quotas/rate-limit</c>.</summary>
internal sealed class QuotaPaths(RateLimitQuotas quotas, MountTable mounts)
{
    public static Route[] Routes(RateLimitQuotas quotas, MountTable mounts)
    {
        var paths = new QuotaPaths(quotas, mounts);
        return
        [
            Route.At("quotas/rate-limit/?").On(Operation.List, (_, _) => Result.List(quotas.All.Keys)),
            Route.At("quotas/rate-limit/{name}").With(FieldType.String, "type", "path").With(FieldType.Float, "rate").With(FieldType.Duration, "interval", "block_interval")
                .On(Operation.Update, (_, fields) => paths.Write(fields))
                .On(Operation.Read, (_, fields) => quotas.All.TryGetValue(fields.Text("name"), out RateLimitQuota? quota) ? Result.Data(View(quota)) : Result.None)
                .On(Operation.Delete, (_, fields) => paths.Delete(fields.Text("name"))),
        ];
    }

    private static JsonObject View(RateLimitQuota quota) => new()
    {
        ["type"] = "rate-limit",
        ["name"] = quota.Name,
        ["path"] = quota.Path,
        ["rate"] = quota.Rate,
        ["interval"] = (long)quota.Interval.TotalSeconds,
        ["block_interval"] = (long)quota.BlockInterval.TotalSeconds,
    };

    private Result Write(FieldData fields)
    {
        string name = fields.Text("name");
        double rate = fields.Fraction("rate");
        if (rate <= 0)
        {
            return Result.Error("'rate' is invalid");
        }

        string path = fields.Text("path").Trim('/') is { Length: > 0 } asked ? asked + "/" : "";
        if (path.Length > 0 && mounts.Find(path, out _) is null)
        {
            return Result.Error($"invalid mount path {GoValue.Quote(path)}");
        }

        if (quotas.All.Values.FirstOrDefault(other => other.Path == path && other.Name != name) is { } same)
        {
            return Result.Error($"quota rule with similar properties exists under the name {GoValue.Quote(same.Name)}");
        }

        TimeSpan interval = fields.Seconds("interval");
        quotas.All[name] = new RateLimitQuota(
            name, path, rate, interval > TimeSpan.Zero ? interval : TimeSpan.FromSeconds(1), fields.Seconds("block_interval"));
        return Result.None;
    }

    private Result Delete(string name)
    {
        quotas.All.Remove(name);
        return Result.None;
    }
}
