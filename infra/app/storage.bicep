// All that the app knows: queues, tables, the package it runs from, events that nobody could take. Without keys: who
// reads and writes is said by roles alone.
param name string
param location string
param tags object

@description('Principal id of the identity of the app.')
param principalId string

@description('The subnet of the app. Everybody else is kept out, but for services of Azure that this account trusts.')
param subnetId string

@description('Public addresses of people, who push policies and look at what the app knows.')
param people array

@description('Days for which the package of an older deployment and an event that could not be delivered are kept.')
@minValue(1)
param daysKept int

// A name per queue and table of the app: `shared/ports/queues.py`, `shared/ports/store.py`.
var queues = [
  'signals'
  'signals-poison'
  'operations'
  'operations-poison'
  'notifications'
  'notifications-poison'
]
var tables = [
  'Inventory'
  'Incidents'
  'Operations'
  'Ledger'
  'Audit'
  'Policy'
  'Quarantine'
  'Health'
  'AlertStates'
  'Overrides'
  'Sweeps'
  'Parked'
  'News'
  'Evidence'
  'Answers'
]
var containers = [
  'deployments'
  'dead-letters'
]

// Storage Blob Data Owner, Storage Queue Data Contributor, Storage Table Data Contributor: what the Functions host and
// the app itself need (MicrosoftDocs/azure-docs, functions-reference.md, "Connecting to host storage with an identity").
var roles = [
  'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
]

resource account 'Microsoft.Storage/storageAccounts@2024-01-01' = {
  // checkov:skip=CKV_AZURE_43:The name is an expression here, which the scanner now and then takes for the name itself.
  // checkov:skip=CKV_AZURE_59:The account has a public name and lets in one subnet alone. A private endpoint would cost more a month than all the rest.
  // checkov:skip=CKV_AZURE_206:Three zones of the region of the clusters. In another region there is nothing to be repaired with it.
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: 'Standard_ZRS'
  }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: 'Enabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: 'Deny'
      virtualNetworkRules: [
        {
          id: subnetId
          action: 'Allow'
        }
      ]
      ipRules: [for one in people: {
        value: one
        action: 'Allow'
      }]
    }
  }
}

resource queueService 'Microsoft.Storage/storageAccounts/queueServices@2024-01-01' = {
  parent: account
  name: 'default'
}

resource queue 'Microsoft.Storage/storageAccounts/queueServices/queues@2024-01-01' = [for one in queues: {
  parent: queueService
  name: one
}]

resource tableService 'Microsoft.Storage/storageAccounts/tableServices@2024-01-01' = {
  parent: account
  name: 'default'
}

resource table 'Microsoft.Storage/storageAccounts/tableServices/tables@2024-01-01' = [for one in tables: {
  parent: tableService
  name: one
}]

resource blobService 'Microsoft.Storage/storageAccounts/blobServices@2024-01-01' = {
  parent: account
  name: 'default'
  properties: {
    deleteRetentionPolicy: {
      enabled: true
      days: 7
    }
    containerDeleteRetentionPolicy: {
      enabled: true
      days: 7
    }
  }
}

resource container 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' = [for one in containers: {
  parent: blobService
  name: one
  properties: {
    publicAccess: 'None'
  }
}]

resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2024-01-01' = {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          name: 'forget-dead-letters'
          type: 'Lifecycle'
          enabled: true
          definition: {
            filters: {
              blobTypes: [
                'blockBlob'
              ]
              prefixMatch: [
                'dead-letters/'
              ]
            }
            actions: {
              baseBlob: {
                delete: {
                  daysAfterModificationGreaterThan: daysKept
                }
              }
            }
          }
        }
      ]
    }
  }
}

resource roleOnAccount 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for role in roles: {
  name: guid(account.id, principalId, role)
  scope: account
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
  }
}]

output id string = account.id
output name string = account.name
output deployments string = '${account.properties.primaryEndpoints.blob}deployments'
