using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace BackupCodeBroker.IntegrationTests.DevVault.Replay;

/// <summary>
/// Replays recorded exchanges against any Vault by its address and root token, and says where an answer differs from the recording:
/// the status must be equal, every recorded key there, every value that is not volatile equal; of a volatile one the JSON type counts.
/// </summary>
internal sealed partial class TranscriptReplayer(HttpClient client, string rootToken, Func<TimeSpan, Task> wait)
{
    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal) { ["root"] = rootToken };

    /// <summary>The differences, each with its step; empty where the replay matches.</summary>
    public async Task<List<string>> ReplayAsync(string file)
    {
        JsonObject transcript = JsonNode.Parse(await File.ReadAllTextAsync(file))!.AsObject();
        var differences = new List<string>();
        foreach (JsonNode? step in transcript["steps"]!.AsArray())
        {
            differences.AddRange((await StepAsync(step!.AsObject())).Select(difference => $"{step["name"]}: {difference}"));
        }

        return differences;
    }

    private async Task<List<string>> StepAsync(JsonObject step)
    {
        if (step["wait_seconds"] is { } seconds)
        {
            await wait(TimeSpan.FromSeconds(seconds.GetValue<double>()));
        }

        using HttpRequestMessage request = Request(step);
        using HttpResponseMessage response = await client.SendAsync(request);
        string text = await response.Content.ReadAsStringAsync();
        JsonNode? body = text.Length == 0 ? null : JsonNode.Parse(text);
        JsonObject recorded = step["response"]!.AsObject();
        var differences = new List<string>();
        if ((int)response.StatusCode != recorded["status"]!.GetValue<int>())
        {
            differences.Add($"status {(int)response.StatusCode}, recorded {recorded["status"]}: {text}");
        }
        else if (step["only_status"]?.GetValue<bool>() != true)
        {
            HashSet<string> isVolatile = [.. (recorded["volatile"] as JsonArray ?? []).Select(pointer => pointer!.GetValue<string>())];
            Compare(recorded["body"], body, "", isVolatile, differences);
        }

        Save(step, body, differences);
        return differences;
    }

    private HttpRequestMessage Request(JsonObject step)
    {
        var request = new HttpRequestMessage(new HttpMethod(step["method"]!.GetValue<string>()), "v1/" + Fill(step["path"]!.GetValue<string>()));
        if (step["token"]?.GetValue<string>() is { } token)
        {
            request.Headers.TryAddWithoutValidation("X-Vault-Token", token == "root" ? rootToken : Fill(token));
        }

        string? content = step["raw"]?.GetValue<string>() ?? (step.ContainsKey("body") ? Fill(step["body"]?.ToJsonString() ?? "null") : null);
        if (content is not null)
        {
            request.Content = new StringContent(content, Encoding.UTF8);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        foreach ((string name, JsonNode? value) in step["headers"] as JsonObject ?? [])
        {
            if (!name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase))
            {
                request.Headers.TryAddWithoutValidation(name, Fill(value!.GetValue<string>()));
            }
        }

        return request;
    }

    private string Fill(string text) => Variable().Replace(text, match => _variables[match.Groups[1].Value]);

    private void Save(JsonObject step, JsonNode? body, List<string> differences)
    {
        foreach ((string name, JsonNode? pointer) in step["save"] as JsonObject ?? [])
        {
            if (Find(body, pointer!.GetValue<string>()) is { } value)
            {
                _variables[name] = value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString();
            }
            else
            {
                differences.Add($"nothing at {pointer} to save as {name}");
            }
        }
    }

    private static JsonNode? Find(JsonNode? node, string pointer)
    {
        foreach (string part in pointer.Split('/').Skip(1).Select(part => part.Replace("~1", "/").Replace("~0", "~")))
        {
            node = node is JsonObject map ? map[part] : node is JsonArray array && int.TryParse(part, out int index) && index < array.Count ? array[index] : null;
        }

        return node;
    }

    private void Compare(JsonNode? recorded, JsonNode? actual, string at, HashSet<string> isVolatile, List<string> differences)
    {
        if (isVolatile.Contains(at))
        {
            if (Kind(recorded) != Kind(actual))
            {
                differences.Add($"{at} is {Kind(actual)}, recorded {Kind(recorded)}");
            }

            return;
        }

        switch (recorded)
        {
            case JsonObject map when actual is JsonObject other:
                foreach ((string key, JsonNode? value) in map)
                {
                    // Keys may hold what an earlier step gave, an accessor for instance.
                    string name = Fill(key);
                    string pointer = $"{at}/{key.Replace("~", "~0").Replace("/", "~1")}";
                    if (!other.ContainsKey(name))
                    {
                        differences.Add($"{pointer} is missing");
                    }
                    else
                    {
                        Compare(value, other[name], pointer, isVolatile, differences);
                    }
                }

                break;
            case JsonArray list when actual is JsonArray other && list.Count == other.Count:
                for (int i = 0; i < list.Count; i++)
                {
                    Compare(list[i], other[i], $"{at}/{i}", isVolatile, differences);
                }

                break;
            default:
                if (!JsonNode.DeepEquals(recorded, actual))
                {
                    differences.Add($"{at} is {actual?.ToJsonString() ?? "null"}, recorded {recorded?.ToJsonString() ?? "null"}");
                }

                break;
        }
    }

    private static string Kind(JsonNode? node) => node?.GetValueKind() switch
    {
        null => "null",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        { } kind => kind.ToString().ToLowerInvariant(),
    };

    [GeneratedRegex(@"\$\{(\w+)\}")]
    private static partial Regex Variable();
}
