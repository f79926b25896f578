using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Tests.Architecture;
using Xunit;

namespace BackupCodeBroker.Tests.Deploy;

/// <summary>Alerts and panels name what exists, and say what to do.</summary>
public sealed class AlertTests
{
    private static readonly List<JsonObject> Alerts =
        [.. DeployFiles.Yaml("prometheus/alerts.yaml")["groups"]!.AsArray().SelectMany(g => g!["rules"]!.AsArray()).Select(r => r!.AsObject())];

    private static readonly JsonObject Dashboard = JsonNode.Parse(DeployFiles.Text("grafana/backup-code-broker.json"))!.AsObject();

    private static readonly Lazy<HashSet<string>> Values = new(() =>
        ["", .. ExportedMetrics.DocumentedWords(), .. Operation.All.Select(o => o.Name), .. Enum.GetValues<Reason>().Select(r => r.Name())]);

    public static TheoryData<string> Names => [.. Alerts.Select(a => (string)a["alert"]!)];

    public static TheoryData<string, string> Queries =>
        [.. Panels().SelectMany(p => p["targets"]!.AsArray().Select(t => new TheoryDataRow<string, string>((string)p["title"]!, (string)t!["expr"]!)))];

    [Theory]
    [MemberData(nameof(Names))]
    public void An_alert_names_series_and_labels_that_exist(string name) => Exists((string)Alert(name)["expr"]!);

    [Theory]
    [MemberData(nameof(Queries))]
    public void A_panel_names_series_and_labels_that_exist(string panel, string query)
    {
        Assert.NotEmpty(panel);
        Exists(query);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_alert_says_what_it_is_and_where_it_says_what_to_do(string name)
    {
        var alert = Alert(name);
        Assert.Contains((string?)alert["labels"]!["severity"], (string[])["critical", "warning", "info"]);
        Assert.NotEmpty((string)alert["annotations"]!["summary"]!);
        Assert.NotEmpty((string)alert["annotations"]!["description"]!);
        var runbook = ((string)alert["annotations"]!["runbook"]!).Split('#');
        Assert.Equal("deploy/README.md", runbook[0]);
        Assert.Contains(runbook[1], Repository.Read(runbook[0]).Split('\n').Where(l => l.StartsWith('#')).Select(Anchor));
    }

    [Fact]
    public void Every_alert_has_a_test_of_its_own()
    {
        var tested = DeployFiles.Yaml("prometheus/alerts.test.yaml")["tests"]!.AsArray().SelectMany(t => t!["alert_rule_test"]!.AsArray())
            .Where(t => t!["exp_alerts"] is JsonArray { Count: > 0 }).Select(t => (string)t!["alertname"]!).Distinct().Order();
        Assert.Equal(Alerts.Select(a => (string)a["alert"]!).Order(), tested);
    }

    [Fact]
    public void Labels_that_an_annotation_shows_are_ones_that_its_alert_has() => Assert.All(Alerts, alert =>
    {
        var shown = Regex.Matches(alert["annotations"]!.ToJsonString(), @"\$labels\.(\w+)").Select(m => m.Groups[1].Value).Distinct().ToList();
        var read = PromQl.Read((string)alert["expr"]!);
        // An aggregation keeps what it groups by; without one a series keeps all its labels.
        var kept = Regex.IsMatch((string)alert["expr"]!, @"\b(sum|count|max|min|avg|absent)\b") ? read.Grouping : read.Selectors.SelectMany(s => ExportedMetrics.Series[s.Series]);
        Assert.All(shown, label => Assert.Contains(label, kept));
    });

    [Fact]
    public void The_dashboard_asks_the_source_that_is_provisioned_and_shows_each_series_of_the_broker()
    {
        var sources = DeployFiles.Yaml("compose/grafana/provisioning/datasources/datasources.yaml")["datasources"]!.AsArray().Select(s => (string)s!["uid"]!).ToList();
        Assert.All(Panels(), panel => Assert.Contains((string?)panel["datasource"]!["uid"], sources));
        Assert.Equal(Panels().Count, Panels().Select(p => (int)p["id"]!).Distinct().Count());
        var shown = Queries.SelectMany(q => PromQl.Read(q.Data.Item2).Selectors).Select(s => s.Series).ToHashSet();
        var instruments = ExportedMetrics.Instruments().Select(i => PrometheusNames.Of(i.Name, i.Unit, PrometheusNames.Kind(i)).Select(s => s.Series).ToList()).ToList();
        Assert.NotEmpty(instruments);
        Assert.All(instruments, series => Assert.True(series.Any(shown.Contains), $"no panel shows {series[0]}"));
    }

    [Fact]
    public async Task Promtool_takes_the_rules_and_their_tests()
    {
        Assert.Contains("SUCCESS", await Tool.RunAsync("promtool", "check", "rules", DeployFiles.PathOf("prometheus/alerts.yaml")), StringComparison.Ordinal);
        Assert.Contains("SUCCESS", await Tool.RunAsync("promtool", "test", "rules", DeployFiles.PathOf("prometheus/alerts.test.yaml")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Promtool_takes_the_configuration() =>
        Assert.Contains("SUCCESS", await Tool.RunAsync("promtool", "check", "config", DeployFiles.PathOf("prometheus/prometheus.yaml")), StringComparison.Ordinal);

    private static void Exists(string expression)
    {
        var read = PromQl.Read(expression);
        Assert.NotEmpty(read.Selectors);
        foreach (var selector in read.Selectors)
        {
            Assert.True(ExportedMetrics.Series.TryGetValue(selector.Series, out var labels), $"there is no series {selector.Series}");
            Assert.All(selector.Matchers, m => Assert.Contains(m.Label, labels));
            // Values of bounded labels are as easily misspelled, and a rule that matches nothing is silent.
            Assert.All(
                selector.Matchers.Where(m => m.Label.StartsWith("bcb_", StringComparison.Ordinal)).SelectMany(m => m.Value.Split('|')),
                value => Assert.Contains(value, Values.Value));
        }

        var all = read.Selectors.SelectMany(s => ExportedMetrics.Series[s.Series]).ToHashSet();
        Assert.All(read.Grouping, label => Assert.Contains(label, all));
    }

    private static JsonObject Alert(string name) => Alerts.Single(a => (string?)a["alert"] == name);

    private static List<JsonObject> Panels() => [.. Dashboard["panels"]!.AsArray().Select(p => p!.AsObject()).Where(p => (string?)p["type"] is not ("row" or "text"))];

    // As the forges make them of a heading.
    private static string Anchor(string heading) =>
        Regex.Replace(heading.TrimStart('#').Trim().ToLowerInvariant(), "[^a-z0-9 -]", "").Replace(' ', '-');
}
