using System.Text.Json;
using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault.Logical;

namespace BackupCodeBroker.DevVault.Kv;

/// <summary>
/// The versioned engine: each write makes a version, check-and-set names the version it replaces, deleting only marks. Deleting,
/// undeleting, destroying and dropping the metadata ask for no check-and-set.
/// </summary>
internal sealed class KvV2Backend : Backend
{
    private readonly Dictionary<string, KvV2Secret> _secrets = new(StringComparer.Ordinal);
    private readonly KvV2Config _config = new();
    private readonly Clock _clock;

    public KvV2Backend(Clock clock)
    {
        _clock = clock;
        Add(
            Route.At("config").With(FieldType.Int, "max_versions").With(FieldType.Bool, "cas_required").With(FieldType.SignedDuration, "delete_version_after")
                .OnWrite((_, fields) => Configure(fields)).On(Operation.Read, (_, _) => ReadConfig()),
            Route.At("data/{path:all}").With(FieldType.Int, "version").With(FieldType.Map, "options", "data")
                .OnWrite((_, fields) => Write(fields))
                .On(Operation.Read, Read)
                .On(Operation.Delete, (_, fields) => DeleteLatest(fields.Text("path")))
                .OnExistence((fields, _) => _secrets.ContainsKey(fields.Text("path"))),
            Route.At("metadata/{path:all}")
                .With(FieldType.Bool, "cas_required").With(FieldType.Int, "max_versions").With(FieldType.Duration, "delete_version_after")
                .OnWrite((_, fields) => WriteMetadata(fields))
                .On(Operation.Read, (_, fields) => ReadMetadata(fields.Text("path")))
                .On(Operation.Delete, (_, fields) => DropMetadata(fields.Text("path")))
                .On(Operation.List, (_, fields) => Result.List(KeyListing.Under(fields.Text("path"), _secrets.Keys)))
                .OnExistence((fields, _) => _secrets.ContainsKey(fields.Text("path"))),
            Versions("destroy", "no version number provided", (_, version, _) => (version.Destroyed, version.Data) = (true, null)),
            Versions("delete", "No version number provided", Delete),
            Versions("undelete", "No version number provided", (secret, version, now) => version.DeletionTime = _config.DeletionTime(secret, now)),
            Invalid());
    }

    /// <summary>Takes over what an unversioned mount held, when it is upgraded.</summary>
    public void Import(string path, JsonElement data) =>
        Fetch(path).Add(new KvV2Version { Data = data, CreatedTime = _clock.Now() }, _config.MaxVersions);

    private static Route Invalid()
    {
        static Result Answer(VaultRequest request, FieldData fields)
        {
            string verb = request.Operation switch
            {
                Operation.Read => "get",
                Operation.List => "list",
                Operation.Delete => "delete",
                _ => "put",
            };
            string warning = request.RelativePath is "metadata" or "data" or "delete" or "undelete" or "destroy"
                ? "Non-listing operations on the root of a K/V v2 mount are not supported."
                : $"Invalid path for a versioned K/V secrets engine. See the API docs for the appropriate API endpoints to use. If using the Vault CLI, use 'vault kv {verb}' for this operation.";
            return new VaultResponse { Status = 404 }.Warned(warning);
        }

        return Route.At("{rest:all}").OnWrite(Answer).On(Operation.Read, Answer).On(Operation.Delete, Answer).On(Operation.List, Answer);
    }

    /// <summary>A path that does one thing to listed versions; absent and destroyed ones are passed over.</summary>
    private Route Versions(string name, string missing, Action<KvV2Secret, KvV2Version, Instant> change) =>
        Route.At(name + "/{path:all}").With(FieldType.CommaInts, "versions").OnWrite((_, fields) =>
        {
            List<long> versions = fields.Numbers("versions");
            if (versions.Count == 0)
            {
                return Result.Invalid(missing);
            }

            if (_secrets.TryGetValue(fields.Text("path"), out KvV2Secret? secret))
            {
                Instant now = _clock.Now();
                foreach (long number in versions)
                {
                    if (secret.Versions.TryGetValue(number, out KvV2Version? version) && !version.Destroyed)
                    {
                        change(secret, version, now);
                    }
                }
            }

            return Result.None;
        });

    private static void Delete(KvV2Secret secret, KvV2Version version, Instant now)
    {
        if (!version.IsDeleted(now))
        {
            version.DeletionTime = now;
        }
    }

    private Result Configure(FieldData fields)
    {
        _config.MaxVersions = fields.Has("max_versions") ? fields.Number("max_versions") : _config.MaxVersions;
        _config.CasRequired = fields.Has("cas_required") ? fields.Flag("cas_required") : _config.CasRequired;
        if (fields.Has("delete_version_after"))
        {
            _config.SetDeleteVersionAfter(fields.Seconds("delete_version_after"));
        }

        return Result.None;
    }

    private Result ReadConfig() => Result.Data(new JsonObject
    {
        ["max_versions"] = (uint)_config.MaxVersions,
        ["cas_required"] = _config.CasRequired,
        ["delete_version_after"] = GoDuration.Print(_config.DeleteVersionAfter),
    });

    private Result Read(VaultRequest request, FieldData fields)
    {
        if (!_secrets.TryGetValue(fields.Text("path"), out KvV2Secret? secret))
        {
            return Result.None;
        }

        long number = fields.Number("version") is var asked and > 0 ? asked : secret.CurrentVersion;
        if (!secret.Versions.TryGetValue(number, out KvV2Version? version))
        {
            return Result.None;
        }

        bool gone = version.Destroyed || version.IsDeleted(_clock.Now());
        var data = new JsonObject
        {
            ["data"] = gone || version.Data is not { ValueKind: JsonValueKind.Object } kept ? null : JsonObject.Create(kept),
            ["metadata"] = View(number, version),
        };
        return new VaultResponse { Data = data, Status = gone ? 404 : 200 };
    }

    private Result Write(FieldData fields)
    {
        string path = fields.Text("path");
        if (path.Length == 0)
        {
            return Result.Error("missing path");
        }

        if (!fields.Has("data"))
        {
            return Result.Invalid("no data provided");
        }

        _secrets.TryGetValue(path, out KvV2Secret? secret);
        if (CasError(fields.Map("options"), secret) is { } error)
        {
            return Result.Invalid(error);
        }

        secret ??= Fetch(path);
        Instant now = _clock.Now();
        JsonNode? data = GoNumber.ThroughFloat(fields.Map("data"));
        var version = new KvV2Version
        {
            Data = JsonSerializer.SerializeToElement(data),
            CreatedTime = now,
            DeletionTime = _config.DeletionTime(secret, now),
        };
        secret.Add(version, _config.MaxVersions);
        return Result.Data(View(secret.CurrentVersion, version));
    }

    private string? CasError(JsonObject? options, KvV2Secret? secret)
    {
        if (options is not null && options.TryGetPropertyValue("cas", out JsonNode? asked))
        {
            var errors = new List<string>();
            long cas = WeakDecode.Number(asked, "", errors);
            return errors.Count > 0 ? "error parsing check-and-set parameter"
                : cas != (secret?.CurrentVersion ?? 0) ? "check-and-set parameter did not match the current version"
                : null;
        }

        return _config.CasRequired || secret?.CasRequired == true ? "check-and-set parameter required for this call" : null;
    }

    private Result DeleteLatest(string path)
    {
        if (_secrets.TryGetValue(path, out KvV2Secret? secret)
            && secret.Versions.TryGetValue(secret.CurrentVersion, out KvV2Version? version) && !version.Destroyed)
        {
            Delete(secret, version, _clock.Now());
        }

        return Result.None;
    }

    private Result WriteMetadata(FieldData fields)
    {
        string path = fields.Text("path");
        if (path.Length == 0)
        {
            return Result.Error("missing path");
        }

        if (!fields.Has("max_versions") && !fields.Has("cas_required") && !fields.Has("delete_version_after"))
        {
            return Result.None;
        }

        KvV2Secret secret = Fetch(path);
        if (secret.CreatedTime is null)
        {
            secret.CreatedTime = secret.UpdatedTime = _clock.Now();
        }

        secret.MaxVersions = fields.Has("max_versions") ? fields.Number("max_versions") : secret.MaxVersions;
        secret.CasRequired = fields.Has("cas_required") ? fields.Flag("cas_required") : secret.CasRequired;
        secret.DeleteVersionAfter = fields.Has("delete_version_after") ? fields.Seconds("delete_version_after") : secret.DeleteVersionAfter;
        return fields.Has("cas_required") && _config.CasRequired && !fields.Flag("cas_required")
            ? new VaultResponse().Warned("\"cas_required\" set to false, but is mandated by backend config. This value will be ignored.")
            : Result.None;
    }

    private Result ReadMetadata(string path)
    {
        if (!_secrets.TryGetValue(path, out KvV2Secret? secret))
        {
            return Result.None;
        }

        var versions = new JsonObject();
        foreach ((long number, KvV2Version version) in secret.Versions)
        {
            JsonObject view = View(number, version);
            view.Remove("version");
            versions[number.ToString(System.Globalization.CultureInfo.InvariantCulture)] = view;
        }

        return Result.Data(new JsonObject
        {
            ["versions"] = versions,
            ["current_version"] = secret.CurrentVersion,
            ["oldest_version"] = secret.OldestVersion,
            ["created_time"] = secret.CreatedTime?.ToString() ?? "",
            ["updated_time"] = secret.UpdatedTime?.ToString() ?? "",
            ["max_versions"] = (uint)secret.MaxVersions,
            ["cas_required"] = secret.CasRequired,
            ["delete_version_after"] = GoDuration.Print(secret.DeleteVersionAfter),
        });
    }

    private Result DropMetadata(string path)
    {
        _secrets.Remove(path);
        return Result.None;
    }

    private KvV2Secret Fetch(string path)
    {
        if (!_secrets.TryGetValue(path, out KvV2Secret? secret))
        {
            _secrets[path] = secret = new KvV2Secret();
        }

        return secret;
    }

    private static JsonObject View(long number, KvV2Version version) => new()
    {
        ["version"] = number,
        ["created_time"] = version.CreatedTime.ToString(),
        ["deletion_time"] = version.DeletionTime?.ToString() ?? "",
        ["destroyed"] = version.Destroyed,
    };
}
