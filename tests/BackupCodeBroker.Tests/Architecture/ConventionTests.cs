using System.Reflection;
using System.Runtime.CompilerServices;
using BackupCodeBroker.Api;
using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Notices;
using BackupCodeBroker.Vault;
using Xunit;

namespace BackupCodeBroker.Tests.Architecture;

/// <summary>Conventions that the compiler does not hold.</summary>
public sealed class ConventionTests
{
    private static readonly Assembly Core = typeof(BackupCode).Assembly;
    private static readonly Assembly Broker = typeof(RequestBody).Assembly;
    private static readonly Assembly DevVault = Assembly.Load("BackupCodeBroker.DevVault");
    private static readonly Lazy<List<Use>> BrokerUses = new(() => [.. MethodBodies.Of(Broker)]);

    // Operations that policies can name and no route serves yet; a line goes when its route comes.
    private static readonly string[] WithoutRoute = ["issue-in-lockdown"];

    [Fact]
    public void Core_stands_on_the_base_class_library_alone() =>
        Assert.All(Core.GetReferencedAssemblies(), a => Assert.True(a.Name is "netstandard" or "mscorlib" || a.Name!.StartsWith("System.", StringComparison.Ordinal), a.Name));

    [Fact]
    public void Nothing_of_Core_is_async_and_nothing_draws_entropy_or_reads_a_clock()
    {
        string[] banned =
        [
            "System.Threading.Tasks.Task", "System.Random", "System.Security.Cryptography.RandomNumberGenerator", "System.TimeProvider",
            "System.IO.File", "System.Console", "System.Environment", "System.Diagnostics.Stopwatch",
        ];
        var uses = MethodBodies.Of(Core).ToList();
        Assert.True(uses.Count > 1_000);
        // Iterators ask which thread they are on.
        Assert.DoesNotContain(uses, use =>
            banned.Contains(use.Of.FullName) && use.Member.Name != "get_CurrentManagedThreadId"
            || use.Of.Namespace == "System" && use.Member is MethodInfo { Name: "get_UtcNow" or "get_Now" or "NewGuid" });
    }

    [Fact]
    [Trait("Requirement", "R-18")]
    public void Nothing_reads_a_clock_but_the_one_that_is_injected_and_that_is_in_UTC()
    {
        // Terminals, files and the programs that put everything together stand at the edge: they name the system's clock once, to hand it on.
        string[] edges = ["Audit", "Cli", "Dev", "Server", "Bootstrap", "Vault.Administration"];
        var uses = BrokerUses.Value.Where(use =>
            use.Of.Namespace == "System" && use.Member is MethodInfo { Name: "get_Now" or "get_UtcNow" or "get_Today" or "get_TickCount" or "get_TickCount64" or "GetLocalNow" }
            || use.Of == typeof(System.Diagnostics.Stopwatch)
            || use.Of == typeof(TimeProvider) && use.Member is MethodInfo { Name: "get_System" }).ToList();
        Assert.NotEmpty(uses);
        Assert.Equal([], uses.Where(use => !edges.Any(edge => Within(use.By, edge))).Select(use => $"{use.By.FullName}: {use.Of.Name}.{use.Member.Name}").Distinct());
        Assert.Equal(
            [typeof(TimeProvider)],
            uses.Where(use => Within(use.By, "Server")).Select(use => use.Of).Distinct());
    }

    [Fact]
    [Trait("Requirement", "R-02")]
    public void Only_the_Vault_client_sees_the_text_of_a_token()
    {
        var reveals = BrokerUses.Value
            .Where(use => use.Member is MethodInfo { Name: "Reveal" } && (use.Of == typeof(VaultToken) || use.Of == typeof(VaultSecretId) || use.Of == typeof(ServiceJwt)))
            .Select(use => use.By).Distinct().ToList();
        Assert.NotEmpty(reveals);
        Assert.All(reveals, by => Assert.True(Within(by, "Vault"), by.FullName));
    }

    [Fact]
    [Trait("Requirement", "R-07")]
    public void Only_issuing_and_recovering_hand_a_wrapping_token_over()
    {
        var by = BrokerUses.Value.Where(use => use.Member is MethodInfo { Name: "HandOver" } && use.Of == typeof(Wrapping.Wrapped)).Select(use => use.By).Distinct().ToList();
        Assert.NotEmpty(by);
        Assert.All(by, type => Assert.True(Within(type, "Features.Issue") || Within(type, "Features.Recover"), type.FullName));
    }

    [Fact]
    [Trait("Requirement", "R-50")]
    public void Only_issuing_makes_codes_whoever_else_tells_of_them_or_looks_after_them()
    {
        var makers = BrokerUses.Value.Concat(MethodBodies.Of(Core))
            .Where(use => use.Of == typeof(CodeMint) && use.Member is MethodBase { Name: nameof(CodeMint.Make) or ".ctor" }
                || use.Of == typeof(BackupCode) && use.Member.Name == nameof(BackupCode.Create)
                || use.Of == typeof(ActivationSecret) && use.Member.Name == nameof(ActivationSecret.Create))
            .Select(use => use.By).Where(by => by != typeof(CodeMint)).Distinct().ToList();
        Assert.NotEmpty(makers);
        Assert.All(makers, by => Assert.True(Within(by, "Features.Issue"), by.FullName));
    }

    [Fact]
    public void Only_the_table_of_problems_words_one()
    {
        var by = BrokerUses.Value.Where(use => use.Member is ConstructorInfo && use.Of == typeof(Problem)).Select(use => use.By).Distinct().ToList();
        // The serialiser's generated code can make one as well, for reading.
        Assert.Equal([typeof(ApiJsonContext), typeof(Problem), typeof(Problems)], by.OrderBy(t => t.Name));
    }

    [Fact]
    public void Only_the_Vault_client_the_webhook_and_the_command_line_make_HTTP_clients()
    {
        var by = BrokerUses.Value
            .Where(use => use.Member is ConstructorInfo && (typeof(HttpMessageInvoker).IsAssignableFrom(use.Of) || typeof(HttpMessageHandler).IsAssignableFrom(use.Of)))
            .Select(use => use.By).Distinct().ToList();
        Assert.NotEmpty(by);
        Assert.All(by, type => Assert.True(Within(type, "Vault") || Within(type, "Notices") || Within(type, "Cli"), type.FullName));
    }

    [Theory]
    [InlineData("Core")]
    [InlineData("bcb")]
    [InlineData("DevVault")]
    public void Classes_are_sealed_unless_others_derive_from_them(string which)
    {
        var types = Written(Named(which)).ToList();
        var bases = types.Select(t => t.BaseType).OfType<Type>().Select(t => t.IsGenericType ? t.GetGenericTypeDefinition() : t).ToHashSet();
        Assert.DoesNotContain(types, t => t is { IsClass: true, IsSealed: false, IsAbstract: false } && !bases.Contains(t));
    }

    [Fact]
    public void Nothing_of_the_broker_is_public() =>
        Assert.DoesNotContain(Written(Broker), t => t.IsVisible && t.Name != "Program");

    [Fact]
    public void Closed_hierarchies_cannot_be_opened()
    {
        // An outcome that a switch does not know would be a defect at run time.
        Type[] closed =
        [
            typeof(BackupCodeParse), typeof(ConsumeDecision), typeof(IssueDecision), typeof(ActivateDecision), typeof(InterceptedDecision),
            typeof(RevokeDecision), typeof(RegisterDecision), typeof(TransferDecision), typeof(ConfirmDecision), typeof(RetireDecision), typeof(SuspendDecision),
            typeof(RecoverDecision), typeof(DrillDecision), typeof(RequestApprovalDecision), typeof(AnswerApprovalDecision), typeof(ReviewDecision),
            typeof(LeakDecision),
        ];
        Assert.All(closed, type =>
        {
            Assert.All(type.GetConstructors(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public).Where(c => c.GetParameters().Length == 0), c => Assert.True(c.IsPrivate));
            Assert.All(type.Assembly.GetTypes().Where(t => t.BaseType == type), t => Assert.True(t.IsSealed && t.DeclaringType == type));
        });
    }

    [Fact]
    [Trait("Requirement", "R-02")]
    public void Holders_of_secrets_print_as_placeholders_and_have_no_text_to_read()
    {
        Type[] holders = [typeof(BackupCode), typeof(ActivationSecret), typeof(CodeMint), typeof(VaultToken), typeof(VaultSecretId), typeof(ServiceJwt), typeof(WebhookSecret), typeof(WebhookSecrets)];
        string[] open = [nameof(BackupCode.Selector), nameof(CodeMint.SetKey)];
        Assert.All(holders, type =>
        {
            Assert.Equal(type, type.GetMethod(nameof(ToString), [])!.DeclaringType);
            Assert.DoesNotContain(type.GetProperties(BindingFlags.Public | BindingFlags.Instance), p => p.PropertyType == typeof(string) && !open.Contains(p.Name));
            Assert.DoesNotContain(type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance), m => m.Name.StartsWith("op_", StringComparison.Ordinal));
            Assert.Empty(type.GetFields(BindingFlags.Public | BindingFlags.Instance));
        });
    }

    [Fact]
    [Trait("Requirement", "R-29")]
    public void Every_operation_has_a_route_and_every_route_an_operation()
    {
        var served = Broker.GetTypes().Where(t => t.IsAssignableTo(typeof(IFeature)) && t.IsClass)
            .Select(t => ((IFeature)RuntimeHelpers.GetUninitializedObject(t)).Operation.Name).ToList();
        Assert.Equal(Operation.All.Select(o => o.Name).Order(), served.Distinct().Concat(WithoutRoute).Order());
        var routes = Repository.Read("src/BackupCodeBroker/Api/Routes.cs");
        Assert.All(Broker.GetTypes().Where(t => t.IsAssignableTo(typeof(IFeature)) && t.IsClass), t => Assert.Contains($"Operation<{t.Name}>(", routes, StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Requirement", "R-29")]
    public void Every_operation_has_one_name()
    {
        Assert.Equal(Operation.All.Count, Operation.All.Select(o => o.Name).Distinct().Count());
        Assert.Equal(typeof(Operation).GetProperties(BindingFlags.Static | BindingFlags.Public).Count(p => p.PropertyType == typeof(Operation)), Operation.All.Count);
        Assert.All(Operation.All, o => Assert.Same(o, Operation.Named(o.Name)));
        Assert.Null(Operation.Named("@owned"));
        Assert.All(Operation.All, o => Assert.Matches("^[a-z]+(-[a-z]+)*$", o.Name));
        Assert.All(Operation.All.Where(o => o.CanBeOwned), o => Assert.Equal(OperationTarget.Identity, o.Target));
    }

    [Fact]
    public void Files_stay_short()
    {
        var sources = Repository.Sources("src").ToList();
        Assert.True(sources.Count > 100);
        Assert.Empty(sources.Where(s => s.Text.Count(c => c == '\n') > 400).Select(s => s.Path));
    }

    [Fact]
    public void A_namespace_is_its_folder()
    {
        string[] projects = ["src/BackupCodeBroker.Core/", "src/BackupCodeBroker.DevVault/", "src/BackupCodeBroker.VaultSharp/", "src/BackupCodeBroker/"];
        foreach (var (path, text) in Repository.Sources("src").Where(s => !s.Path.EndsWith("/Program.cs", StringComparison.Ordinal)))
        {
            var project = projects.First(p => path.StartsWith(p, StringComparison.Ordinal));
            var folder = Path.GetDirectoryName(path[project.Length..])!.Replace('/', '.');
            var expected = project["src/".Length..^1] + (folder.Length > 0 ? "." + folder : "");
            Assert.True(text.Contains($"namespace {expected};", StringComparison.Ordinal), $"{path} is not of {expected}");
        }
    }

    private static Assembly Named(string which) => which switch
    {
        "Core" => Core,
        "DevVault" => DevVault,
        _ => Broker,
    };

    private static bool Within(Type type, string folder) =>
        type.Namespace == "BackupCodeBroker." + folder || type.Namespace?.StartsWith("BackupCodeBroker." + folder + ".", StringComparison.Ordinal) == true;

    // What somebody wrote, without what the compiler and source generators add.
    private static IEnumerable<Type> Written(Assembly assembly) => assembly.GetTypes().Where(t =>
        t.Namespace?.StartsWith("BackupCodeBroker", StringComparison.Ordinal) == true
        && !t.IsDefined(typeof(CompilerGeneratedAttribute), false)
        && (t.DeclaringType is null || !t.DeclaringType.IsDefined(typeof(CompilerGeneratedAttribute), false)));
}
