// One source of events, delivered to one function; what cannot be delivered for a day is kept as a blob.
param name string
param tags object
param source string
param topicType string
param eventTypes array
@description('Only of subjects that begin so, whatever their case; empty: of all.')
param subjectBeginsWith string
@description('Resource id of the function.')
param function string
param storageAccountName string
param storageResourceGroup string

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' = {
  name: name
  location: 'global'
  tags: tags
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    source: source
    topicType: topicType
  }
}

module deadLetters 'dead_letters.bicep' = {
  name: '${name}-dead-letters'
  scope: resourceGroup(storageResourceGroup)
  params: {
    principalId: topic.identity.principalId
    storageAccountName: storageAccountName
  }
}

resource toTheApp 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = {
  parent: topic
  name: 'poolkeeper'
  properties: {
    eventDeliverySchema: 'EventGridSchema'
    destination: {
      endpointType: 'AzureFunction'
      properties: {
        resourceId: function
        maxEventsPerBatch: 1
        preferredBatchSizeInKilobytes: 64
      }
    }
    filter: {
      includedEventTypes: eventTypes
      subjectBeginsWith: subjectBeginsWith
      isSubjectCaseSensitive: false
    }
    retryPolicy: {
      maxDeliveryAttempts: 30
      eventTimeToLiveInMinutes: 1440
    }
    deadLetterWithResourceIdentity: {
      identity: {
        type: 'SystemAssigned'
      }
      deadLetterDestination: {
        endpointType: 'StorageBlob'
        properties: {
          resourceId: deadLetters.outputs.accountId
          blobContainerName: 'dead-letters'
        }
      }
    }
  }
}
